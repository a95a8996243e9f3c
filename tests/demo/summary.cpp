#include "tests/demo/summary.hpp"

#include "src/base/server_errors.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace segue::demo {
namespace {

using std::chrono::milliseconds;

// What --cut-over-stall-budget-millis is when it is not given. A swap that was begun within it may
// end behind it where the server is slow, so that this is told, and is no failure.
constexpr milliseconds stall_budget{500};

std::uint64_t count_of(const test::workload_report& report) {
    std::uint64_t all = 0;
    for (const auto& [number, seen] : report.errors) all += seen.count;
    return all;
}

std::uint64_t differences_of(const test::comparison& found) {
    return found.missing + found.extra + found.different + found.torn;
}

void add_run_problems(std::vector<std::string>& problems, std::string_view name,
                      const migration_seen& run) {
    if (run.segue.exit_code != 0)
        problems.push_back(
            fmt::format("{}: segue ended with exit code {}.", name, run.segue.exit_code));
    if (run.segue.attempts == 0)
        problems.push_back(fmt::format("{}: segue did not tell that it swapped.", name));
}

void row_of(console& shown, std::string_view name, std::string_view text) {
    shown.line(fmt::format("{:<26}{}", name, text));
}

std::string swap_text(const segue_outcome& segue) {
    return fmt::format("{} ms, by segue's own measure, in attempt {}{}", segue.held.count(),
                       segue.attempts,
                       segue.held > stall_budget
                           ? fmt::format(" (more than the budget of {} ms)", stall_budget.count())
                           : "");
}

std::string ledger_text(std::uint64_t acknowledged, const test::comparison& found) {
    return fmt::format("{} acknowledged transactions against {} rows: {} differences",
                       count_text(acknowledged), count_text(found.rows), differences_of(found));
}

void print_errors(console& shown, const findings& found) {
    const auto& report = found.writers_report;
    const auto all = count_of(report);
    if (all == 0) {
        row_of(shown, "errors seen by writers", "none");
        return;
    }
    row_of(shown, "errors seen by writers",
           fmt::format("{}, {} of them before segue was started:", all, found.errors_alone));
    for (const auto& [number, seen] : report.errors) {
        if (number == er::lock_deadlock) {
            row_of(shown, "",
                   fmt::format("{} x 1213, deadlock: allowed. Two writers locked rows of each "
                               "other, as happens without segue;",
                               seen.count));
            row_of(shown, "",
                   "the server rolled one back as a whole and said so. Nothing is lost.");
        } else {
            row_of(shown, "",
                   fmt::format("{} x {}: NOT allowed: {}", seen.count, number, seen.example));
        }
    }
}

}  // namespace

std::vector<std::string> problems_of(const findings& found) {
    std::vector<std::string> problems;
    add_run_problems(problems, "migration 1", found.first);
    add_run_problems(problems, "migration 2", found.second);
    if (!found.first.throttled)
        problems.emplace_back("migration 1: no status line told that the flag file throttles.");
    if (!found.second.postponed)
        problems.emplace_back("migration 2: no status line told that the swap is postponed.");
    if (!found.ledger_first.equal()) problems.push_back("proof 1: " + found.ledger_first.text());
    if (!found.oracle.equal()) problems.push_back("proof 2: " + found.oracle.text());
    if (!found.ledger_second.equal()) problems.push_back("proof 3: " + found.ledger_second.text());
    if (!found.replica.caught_up) {
        problems.emplace_back("proof 4: the replica did not catch up.");
    } else if (!found.replica.equal) {
        problems.emplace_back("proof 4: the replica's table is another than the primary's.");
    }
    if (const auto complaints = found.writers_report.complaints({er::lock_deadlock});
        !complaints.empty())
        problems.push_back("the writers saw: " + complaints);
    return problems;
}

void print_summary(console& shown, const findings& found) {
    shown.step("Summary");
    const auto wait = [](const test::longest_wait& longest) {
        return fmt::format("{} ms", longest.duration.count());
    };
    row_of(shown, "rows at the start", count_text(found.rows));
    row_of(shown, "migration 1",
           fmt::format("{}, throttled on the way, swapped under {} live writers",
                       time_text(found.first.segue.took), found.writers));
    row_of(shown, "migration 2",
           fmt::format("{}, swap postponed until the writers paused",
                       time_text(found.second.segue.took)));
    row_of(
        shown, "writers' transactions",
        fmt::format("{} during migration 1, {} during migration 2",
                    count_text(found.first.transactions), count_text(found.second.transactions)));
    row_of(shown, "proof 1, ledger", ledger_text(found.acknowledged_first, found.ledger_first));
    row_of(shown, "proof 2, native ALTER",
           fmt::format("{} rows, every byte, and the definition: {} differences",
                       count_text(found.oracle.found_rows), found.oracle.differing_rows));
    row_of(shown, "proof 3, ledger", ledger_text(found.acknowledged_second, found.ledger_second));
    row_of(shown, "proof 4, replica",
           found.replica.equal ? "holds the same table as the primary" : "DIFFERS");
    row_of(shown, "swap 1 held writes for", swap_text(found.first.segue));
    row_of(shown, "swap 2 held writes for", swap_text(found.second.segue));
    row_of(shown, "longest wait of a writer",
           fmt::format("{} around swap 1, {} in all of migration 1, {} in migration 2",
                       wait(found.first.longest_around_swap), wait(found.first.longest),
                       wait(found.second.longest)));
    row_of(shown, "", fmt::format("(and {} before segue was started)", wait(found.longest_alone)));
    print_errors(shown, found);
    row_of(shown, "time", time_text(found.took) + " in all, without the build");

    const auto problems = problems_of(found);
    for (const auto& problem : problems) shown.verdict(false, problem);
    if (problems.empty())
        shown.verdict(true, "nothing was lost, and nobody saw an error that is not allowed.");
}

}  // namespace segue::demo
