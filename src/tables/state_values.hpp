#pragma once

#include "binlog/stream.hpp"
#include "src/keys/key_codec.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Rows of `_<t>_ghk` as values, and as the text of their column `value`: docs/state-format.md.
namespace segue::tables {

/// The chunk of the keys above the copy's end. All others ascend with their keys.
inline constexpr std::uint64_t tail_chunk = 0;

/// What is done of one chunk: the row of kind `chunk` with that id.
struct chunk_progress {
    std::uint64_t chunk = 0;
    keys::key_range done;  ///< All of the chunk, or its beginning.
    std::uint64_t rows = 0;
    bool goes_on = false;  ///< An earlier transaction has done less of it. Not written down.
};

/// Up to which key everything is done: in place of the rows of chunks, which are deleted then.
struct watermark {
    std::uint64_t chunks_below = 0;        ///< All of these are done.
    std::optional<keys::key_value> up_to;  ///< Unset: of the copy's keys none.
    std::uint64_t rows = 0;                ///< That the chunks below chunks_below wrote.
};

/// A later run may read the stream from here: all that stands before it was carried over, or was
/// rightly dropped; what stands behind it may be carried over once more.
struct resume_point {
    binlog::stream_position position;
    std::string server_uuid;  ///< Of the server that the stream came from.
    /// Prepared XA transactions of which nothing is to be done at their end.
    std::set<std::string> settled_xa;
    /// By what the log is known there. Unset: an older version of Segue wrote it.
    std::optional<binlog::log_mark> mark = {};
};

/// One life of a server, between two starts of it.
struct server_life {
    std::string server_uuid;
    std::string up_since;  ///< The moment at which it was started (servers::up_since()).
    bool operator==(const server_life&) const = default;
};

/// How far the copy goes.
struct copy_extent {
    std::optional<keys::key_value> end;  ///< Unset: the source was empty.
};

/// What of the target was compared with the source, and was right or waited to be carried over.
struct verified_rows {
    std::optional<keys::key_value> up_to;  ///< All keys up to it; unset: none, or all if done.
    bool done = false;
    std::uint64_t rows = 0;                ///< Of the source, that were compared,
    std::uint64_t rows_in_target = 0;      ///< and of the target, in the same ranges.
    std::uint64_t ranges = 0;              ///< That were compared,
    std::uint64_t skipped = 0;             ///< and that a sample left out.
    std::uint64_t ranges_looked_into = 0;  ///< In which rows differed at first.
    /// Rows that kept changing while they were looked at: the server has carried them over since,
    /// or will, from the source.
    std::uint64_t changed_meanwhile = 0;
    bool operator==(const verified_rows&) const = default;
};

/// How far a run has verified the target, in which way, and on which server.
struct verified_point {
    verified_rows so_far;
    unsigned percent = 100;  ///< So many of a hundred ranges are compared,
    std::uint64_t seed = 0;  ///< and which ones.
    server_life server;
    bool operator==(const verified_point&) const = default;
};

/// The column `value` of a row of kind `chunk`.
std::string text_of(const chunk_progress& progress);
/// The column `value` of the row of kind `watermark`.
std::string text_of(const watermark& done);
/// The column `value` of the row of kind `resume_point`.
std::string text_of(const resume_point& point);
/// The column `value` of the row of kind `seen_on`.
std::string text_of(const server_life& life);
/// The column `value` of the row of kind `copy`.
std::string text_of(const copy_extent& extent);
/// The column `value` of the row of kind `verified`.
std::string text_of(const verified_point& point);
/// The column `value` of a row of kind `evicted`.
std::string text_of(std::span<const keys::key_value> evicted);

/// Reads `value` of the row of kind `chunk` with that id. Throws segue::error if it is of another
/// format.
chunk_progress chunk_in(std::uint64_t chunk, std::string_view text);
/// Reads `value` of the row of kind `watermark`. Throws segue::error if it is of another format.
watermark watermark_in(std::string_view text);
/// Reads `value` of the row of kind `resume_point`. Throws segue::error if it is of another format.
resume_point resume_point_in(std::string_view text);
/// Reads `value` of the row of kind `seen_on`. Throws segue::error if it is of another format.
server_life life_in(std::string_view text);
/// Reads `value` of the row of kind `copy`. Throws segue::error if it is of another format.
copy_extent extent_in(std::string_view text);
/// Reads `value` of the row of kind `verified`. Throws segue::error if it is of another format.
verified_point verified_in(std::string_view text);
/// Reads `value` of a row of kind `evicted`. Throws segue::error if it is of another format.
std::vector<keys::key_value> evicted_in(std::string_view text);

}  // namespace segue::tables
