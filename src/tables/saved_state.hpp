#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"
#include "src/tables/state_values.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What stands in `_<t>_ghk`. Field by field: docs/state-format.md.
namespace segue::tables {

/// The version of the rows in `_<t>_ghk`. Another one is never read.
inline constexpr unsigned state_format = 3;

/// The comment by which such a table is known, whatever stands in it.
inline constexpr std::string_view state_table_comment = "Segue: state of a migration";
/// The same of a split (src/split), whose `_<t>_spk` has the same format.
inline constexpr std::string_view split_state_comment = "Segue: state of a split";

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
    std::string owner_before = {};  ///< Where it was taken over: whose it was.
    std::string server_uuid;
    std::string run;        ///< Whose it is, in words.
    std::string phase;      ///< inspect, copy, postponed, cut-over or done.
    std::string old_table;  ///< The original's name after the swap.
    fingerprint print;
    std::optional<copy_extent> copy;  ///< Unset: it had not begun.
    watermark done;
    std::vector<chunk_progress> chunks;     ///< Not below the watermark; by their number.
    std::optional<resume_point> resume_at;  ///< Unset: none was written yet.
    /// Of the server with the tables, when resume_at was written. Unset: an older version of Segue
    /// wrote it.
    std::optional<server_life> seen_on;
    /// Connections that have written the target, or were about to, each before its first row.
    /// Unset: an older version of Segue has begun the run, and not all are known.
    std::optional<std::set<std::uint64_t>> writers;
    evicted_rows evicted;
    swapped_foreign_keys foreign_keys;
    std::optional<verified_point> verified;  ///< Unset: nothing was.
    std::string spoiled;                     ///< Why no run can go on from it; empty: one can.
    /// Of a split that has ended: at which place of the log, in words; empty: it has not.
    std::string ended;
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
/// Looks at it, and changes nothing. `comment`: by which the table is known. Throws as sessions do.
state_found look_for_state(db::session& session, const table_name& table,
                           std::string_view comment = state_table_comment);

/// The whole state, in one snapshot; rows of other kinds are passed over. Throws segue::error when
/// the table is not there, is of another format, or holds what is not of this one.
saved_state read_state(db::session& session, const table_name& table);

}  // namespace segue::tables
