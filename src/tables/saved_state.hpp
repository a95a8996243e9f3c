#pragma once

#include "binlog/stream.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What stands in `_<t>_ghk`, as values and as the text of its column `value`. Field by field:
/// docs/state-format.md.
namespace segue::tables {

/// The version of the rows in `_<t>_ghk`. Another one is never read.
inline constexpr unsigned state_format = 3;

/// The comment by which such a table is known, whatever stands in it.
inline constexpr std::string_view state_table_comment = "Segue: state of a migration";

/// What must be the same for a run to go on where another one stopped.
struct fingerprint {
    std::string original;    ///< SHOW CREATE TABLE, without what changes by itself.
    std::string target;      ///< SHOW CREATE TABLE of the new table, as of the original.
    std::string alter;       ///< As it was given.
    std::string sets = {};   ///< The values that were asked for beside it; empty: none.
    std::string projection;  ///< From the one to the other, and the key.
    std::string session;     ///< What of our sessions decides how values are converted.
    bool operator==(const fingerprint&) const = default;
};

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
};

/// How far the copy goes.
struct copy_extent {
    std::optional<keys::key_value> end;  ///< Unset: the source was empty.
};

/// Rows that were taken out of the target, to make room for others, and are to be carried over
/// again.
struct evicted_rows {
    std::uint64_t last = 0;  ///< The highest number that is written down; 0: none is.
    std::vector<keys::key_value> keys;
};

/// What a swap does to foreign keys, as far as another run could not see it: under 0, that it takes
/// those of the old table away; under the number in the name by which the swap makes one on the
/// table, the name that it gets at last. Empty: the table had none.
using swapped_foreign_keys = std::map<std::uint64_t, std::string>;

/// All that a run has written down of itself.
struct saved_state {
    std::string owner;
    std::string server_uuid;
    std::string run;        ///< Whose it is, in words.
    std::string phase;      ///< inspect, copy, postponed, cut-over or done.
    std::string old_table;  ///< The original's name after the swap.
    fingerprint print;
    std::optional<copy_extent> copy;  ///< Unset: it had not begun.
    watermark done;
    std::vector<chunk_progress> chunks;     ///< Not below the watermark; by their number.
    std::optional<resume_point> resume_at;  ///< Unset: none was written yet.
    evicted_rows evicted;
    swapped_foreign_keys foreign_keys;
    std::string spoiled;  ///< Why no run can go on from it; empty: one can.
};

/// How many rows the copy has written.
std::uint64_t rows_copied(const saved_state& state);

/// What there is of the name of a run's state.
enum class state_found {
    none,          ///< No table, or one that Segue has not made.
    other_format,  ///< Another version of Segue reads it.
    unfinished,    ///< Its run ended before it had begun to copy.
    whole          ///< read_state() reads it, and a copy goes on from it, or was done.
};
/// Looks at it, and changes nothing. Throws as sessions do.
state_found look_for_state(db::session& session, const table_name& table);

/// The whole state, in one snapshot; rows of other kinds are passed over. Throws segue::error when
/// the table is not there, is of another format, or holds what is not of this one.
saved_state read_state(db::session& session, const table_name& table);

/// The column `value` of a row of kind `chunk`.
std::string text_of(const chunk_progress& progress);
/// The column `value` of the row of kind `watermark`.
std::string text_of(const watermark& done);
/// The column `value` of the row of kind `resume_point`.
std::string text_of(const resume_point& point);
/// The column `value` of the row of kind `copy`.
std::string text_of(const copy_extent& extent);
/// The column `value` of a row of kind `evicted`.
std::string text_of(std::span<const keys::key_value> evicted);

/// Reads `value` of the row of kind `chunk` with that id. Throws segue::error if it is of another
/// format.
chunk_progress chunk_in(std::uint64_t chunk, std::string_view text);
/// Reads `value` of the row of kind `watermark`. Throws segue::error if it is of another format.
watermark watermark_in(std::string_view text);
/// Reads `value` of the row of kind `resume_point`. Throws segue::error if it is of another format.
resume_point resume_point_in(std::string_view text);
/// Reads `value` of the row of kind `copy`. Throws segue::error if it is of another format.
copy_extent extent_in(std::string_view text);
/// Reads `value` of a row of kind `evicted`. Throws segue::error if it is of another format.
std::vector<keys::key_value> evicted_in(std::string_view text);

}  // namespace segue::tables
