#include "cli/ending.hpp"

#include <fmt/format.h>

namespace segue::cli {
namespace {

constexpr int exit_stopped = 1;
constexpr int exit_outcome_unknown = 3;

}  // namespace

ending ending_of(const migration::leftovers& left) {
    const std::string drop = fmt::format("DROP TABLE IF EXISTS {};", left.tables);
    ending made;
    switch (left.swap) {
        case migration::swap_state::made:
            made.level = log::level::warning;
            if (!left.tables.empty())
                made.lines.push_back(
                    fmt::format("The tables are swapped, and the migration is done. Not dropped: "
                                "{}. To clean up: {}",
                                left.tables, drop));
            return made;
        case migration::swap_state::answer_open:
            made.exit_code = exit_outcome_unknown;
            made.lines.push_back(
                fmt::format("It is not known whether the tables were swapped: RENAME TABLE was "
                            "sent, and what became of it could not be found out. Look which of {} "
                            "and {} exists: with the first the swap was not made, with the second "
                            "it was.",
                            left.ghost, left.old));
            if (!left.tables.empty())
                made.lines.push_back("In either case, once you have looked, clean up: " + drop);
            return made;
        case migration::swap_state::not_made:
            break;
    }
    made.exit_code = exit_stopped;
    made.lines.emplace_back("The original table is untouched.");
    if (left.taken_over)
        made.lines.emplace_back(
            "Another run has this migration now, and its tables: nothing is to be cleaned up.");
    else if (!left.tables.empty())
        made.lines.push_back(fmt::format(
            "Left behind: {}. To clean up: {} or start again{}.", left.tables, drop,
            left.rehearsal ? ", which drops it as well" : " with --initially-drop-ghost-table"));
    return made;
}

}  // namespace segue::cli
