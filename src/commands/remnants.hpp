#pragma once

#include "src/base/table_name.hpp"
#include "src/commands/trial_tables.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/earlier/splits_left.hpp"
#include "src/migration/settings.hpp"
#include "src/new_table/unfinished_swap.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// What runs of a table that have ended left of themselves: `segue cleanup`.
namespace segue::commands {

/// A table that a run has left.
struct left_table {
    table_name name;
    std::uint64_t rows = 0;   ///< By the server's estimate.
    std::uint64_t bytes = 0;  ///< Of rows and indexes, by the server's estimate.
};

/// A column that was expanded, or is about to be (src/expand).
struct left_expand {
    earlier::expanded_column what;
    std::vector<std::string> undoing;  ///< The statements that take it back.
};

/// What there is, and what becomes of it.
struct remnants {
    enum class kind {
        none,       ///< Nothing of the names that a migration uses, or a kept old table alone.
        resumable,  ///< A run that the same command goes on with.
        stopped,    ///< A run that nobody can go on with, or that had copied nothing.
        swapped,    ///< A run that has swapped, and died before it had cleaned up.
        unknown     ///< Tables of those names without a state that this Segue reads.
    };
    kind are = kind::none;
    std::string server;   ///< As it names itself, with its port.
    table_name original;  ///< As the server has its names.
    std::string run;      ///< Whose it was, in words; empty: not known.
    std::string alter;    ///< Its ALTER; empty: not known.
    std::string phase;    ///< In which it ended; empty: not known.
    /// Why nobody goes on with it, or why that is not sure, a part of a sentence; may be empty.
    std::string why;
    std::uint64_t copied = 0;            ///< Rows that it had copied.
    std::vector<left_table> dropped;     ///< By a clean-up.
    std::optional<left_table> kept;      ///< The old table, where a clean-up leaves it.
    bool kept_though_asked = false;      ///< It was to be dropped, and nothing proves whose it is.
    std::optional<left_table> backfill;  ///< A backfill's state, which a clean-up drops as well.
    /// Splits that have the table as their source or target. A clean-up drops the tables of their
    /// own, and leaves the target as it is.
    std::vector<earlier::split_left> splits;
    /// Columns that live under two names, which no clean-up touches.
    std::vector<left_expand> expanded;
    /// What a swap had still to do about foreign keys. Of a clean-up that could not do it, and then
    /// has dropped nothing, `why` is set.
    preflight::swap_of_before foreign_keys;
    trial_tables trials;  ///< A clean-up drops those that are Segue's, in any case.
};

/// Looks at what earlier runs of `with.request.original` left, and changes nothing. Of the request
/// the names count, and drop_ghost: whether tables of unknown origin are dropped. Refuses, by
/// segue::error, where a run is at work, or a gh-ost that can go on, and where the account cannot
/// see what is there. Blocks for seconds.
remnants look_at_remnants(const migration::settings& with, const std::stop_token& stop);

/// The same, and then does it: what an unfinished swap had still to do about foreign keys, and the
/// drops, unless that could not be done. `tell`: what was done, a line each. Waits for who holds
/// the tables. Throws segue::error, and `stopped`.
remnants clean_up_remnants(const migration::settings& with, const std::stop_token& stop,
                           const std::function<void(const std::string&)>& tell);

/// That a clean-up could not do all, and what is left; empty: it has done all.
std::string why_not_done(const remnants& found);

}  // namespace segue::commands
