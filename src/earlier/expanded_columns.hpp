#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/db/session.hpp"
#include "src/schema/trigger.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Columns of a table that live under two names: what an expand (src/expand) has written down of
/// them in `_<t>_exp`. Field by field: docs/state-format.md.
namespace segue::earlier {

/// The comment by which that table is known, whatever stands in it.
inline constexpr std::string_view expanded_state_comment = "Segue: expanded columns";

/// What was asked for; the same command gives the same.
struct expand_facts {
    std::string new_column;
    std::string old_column;
    std::string definition;  ///< Of the new column, as it is to be in the end.
    std::string up;          ///< The expression that makes the new column,
    std::string down;        ///< and the one that makes the old column.
    std::string order;       ///< "precedes", "follows", or empty.
    std::string definer;     ///< As CREATE TRIGGER takes it.
    bool operator==(const expand_facts&) const = default;
};

/// How far an expand is, in the order in which it goes on.
enum class expand_phase { begun, column, update_trigger, both_triggers, filled, verified };
std::string_view name_of(expand_phase at) noexcept;

/// One column that is expanded.
struct expanded_column {
    expand_facts asked;
    expand_phase at = expand_phase::begun;
    std::string begun;     ///< When, in UTC, as the server's clock had it;
    std::string since;     ///< and since when it is in its phase.
    std::string run;       ///< Which process wrote it last, in words.
    std::string sql_mode;  ///< Of both triggers.
    std::string found;     ///< What the last verification told, in words; empty: none was made.
    std::string contract;  ///< "drop" or "abandon": a contract was begun; else empty.
    std::string alter;     ///< By which options of ALTER TABLE; empty as `contract` is.
    std::string watch;     ///< Since when statements are watched (src/contract/watch_record).
};

/// What was expanded of the table, in the order of the new columns; empty also where there is no
/// such table. Throws segue::error, with refusals where it is of another format, or not Segue's.
std::vector<expanded_column> expanded_columns(db::session& session, const table_name& state);

/// Whether there is a table of that name, and it is the one that an expand writes down in.
bool is_expanded_state(db::session& session, const table_name& state);

/// The statements that take back what was made of a column, in their order, for whoever gives it up
/// before new code was deployed. `triggers`: of the table. Pure.
std::vector<std::string> undoing(const table_name& table, const table_name& state,
                                 const std::string& new_column,
                                 const std::vector<schema::trigger>& triggers);

/// What the trigger of a pair begins with, by which it is known under any name.
std::string pair_mark(std::string_view new_column);
/// Whether it is one of the pair that keeps this column in step with another one.
bool is_of_pair(const schema::trigger& one, std::string_view new_column);
/// Whether it is one of any such pair.
bool is_of_any_pair(const schema::trigger& one);

}  // namespace segue::earlier
