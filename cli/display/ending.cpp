#include "cli/display/ending.hpp"

#include <fmt/format.h>

namespace segue::display {
namespace {

constexpr int exit_stopped = 1;
constexpr int exit_outcome_unknown = 3;

// `other`: which run it is, as known.
std::string who_took(const std::string& other) {
    return other.empty() ? "somebody has dropped them, or another run has taken this migration over"
                         : fmt::format("another run{} has taken this migration over", other);
}

std::vector<std::string> after_take_over(const migration::leftovers& left) {
    const std::string other =
        left.taken_over_by.empty() ? "" : fmt::format(" ({})", left.taken_over_by);
    const std::string there = left.tables.empty()
                                  ? "nothing is to be cleaned up."
                                  : fmt::format(
                                        "{}. All of that is the other run's: drop nothing of it "
                                        "before that has ended.",
                                        left.tables);
    switch (left.taken_over) {
        case earlier::other_run_made::swapped:
            return {fmt::format("The tables are swapped, by another run{}, which has taken this "
                                "migration over: {} is its new table. This run changed nothing.",
                                other, left.original),
                    "Left behind: " + there};
        case earlier::other_run_made::not_swapped:
            return {"The original table is untouched.",
                    fmt::format("The tables of this run are gone: {}.", who_took(other)),
                    "Left behind: " + there};
        case earlier::other_run_made::unknown:
            return {fmt::format("This run has not swapped the tables, and did not change {}. Its "
                                "own tables are gone: {}. Whether another run has swapped cannot "
                                "be told by the definition of {}, which this ALTER leaves as it "
                                "is.",
                                left.original, who_took(other), left.original),
                    "Left behind: " + there};
        default:
            return {"The original table is untouched.",
                    fmt::format("Another run{} has this migration now, and its tables: nothing is "
                                "to be cleaned up.",
                                other)};
    }
}

}  // namespace

std::string_view name_of(run_end how) noexcept {
    switch (how) {
        case run_end::done:
            return "done";
        case run_end::refused:
            return "refused";
        case run_end::stopped:
            return "stopped";
        case run_end::open:
            return "open";
    }
    return "";
}

ending ending_of(const migration::leftovers& left) {
    const std::string drop = fmt::format("DROP TABLE IF EXISTS {};", left.tables);
    ending made;
    switch (left.swap) {
        case swap::swap_state::made:
            if (left.test == migration::test_stage::at_work) {
                made.exit_code = exit_stopped;
                made.how = run_end::stopped;
                made.lines.push_back(
                    fmt::format("The tables are swapped on this replica, and were not swapped "
                                "back. To do that, before it replicates again: RENAME TABLE {0} TO "
                                "{1}, {2} TO {0};",
                                left.original, left.ghost, left.old));
                return made;
            }
            made.level = log::level::warning;
            if (!left.tables.empty())
                made.lines.push_back(
                    fmt::format("The tables are swapped, and the migration is done. Not dropped: "
                                "{}. To clean up: {}",
                                left.tables, drop));
            return made;
        case swap::swap_state::answer_open:
            made.exit_code = exit_outcome_unknown;
            made.how = run_end::open;
            if (left.instant) {
                made.lines.emplace_back(
                    "It is not known whether ALTER TABLE ... ALGORITHM=INSTANT was done: it was "
                    "sent, and what became of it could not be found out. Look at SHOW CREATE "
                    "TABLE, "
                    "once it does not stand in SHOW PROCESSLIST any more.");
                return made;
            }
            made.lines.push_back(
                fmt::format("It is not known whether the tables were swapped: RENAME TABLE was "
                            "sent, and what became of it could not be found out. It may be at work "
                            "still: wait until no RENAME TABLE of it stands in SHOW PROCESSLIST. "
                            "Then look which of {} and {} exists: with the first the swap was not "
                            "made, with the second it was.",
                            left.ghost, left.old));
            if (left.tables.empty() || left.taken_over != earlier::other_run_made::none)
                return made;
            if (left.test != migration::test_stage::none)
                made.lines.push_back("In either case, once you have looked, clean up: " + drop);
            else
                made.lines.push_back(fmt::format(
                    "In either case, give the same command again: it goes on, or finishes the "
                    "clean-up. Drop none of {} yourself: among them may be the finished copy and "
                    "the only record of foreign keys' names. Only to give the migration up: "
                    "`segue cleanup --execute`, or the command with --no-resume.",
                    left.tables));
            return made;
        case swap::swap_state::not_made:
            break;
    }
    made.exit_code = exit_stopped;
    made.how = run_end::stopped;
    if (left.taken_over != earlier::other_run_made::none) {
        made.lines = after_take_over(left);
        return made;
    }
    if (left.swapped_before) return made;
    made.lines.emplace_back("The original table is untouched.");
    if (!left.tables.empty())
        made.lines.push_back(fmt::format(
            "Left behind: {}. {}To clean up: {} or start again{}.", left.tables,
            left.can_be_gone_on_with ? "The same command goes on from there. " : "", drop,
            left.can_be_gone_on_with || left.spoiled ? " with --no-resume"
                                                     : ", which drops it as well"));
    return made;
}

std::string kept_text(const migration::leftovers& left) {
    if (left.test == migration::test_stage::swapped_back)
        return fmt::format(
            "The tables were swapped and swapped back: {0} is as it was, and {1} is what it would "
            "become, both as they were when replication was stopped. Compare them; then DROP TABLE "
            "{1}; START REPLICA;",
            left.original, left.ghost);
    return fmt::format(
        "The old table is kept as {0}; once it is not needed any more: DROP TABLE "
        "{0};",
        left.old);
}

}  // namespace segue::display
