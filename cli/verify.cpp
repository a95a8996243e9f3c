#include "cli/verify.hpp"

#include "cli/display/verification_json.hpp"
#include "cli/running/report_file.hpp"
#include "cli/subcommand.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/refused_as.hpp"
#include "src/commands/table_comparison.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using std::chrono::steady_clock;

constexpr int equal = 0;
constexpr int not_done = 1;
constexpr int different = 4;
constexpr std::string_view refused_comparison = "these tables cannot be compared as asked:";

void print(const std::string& text) {
    std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
}

// A line every second, and every ten of them once it takes long.
class progress_lines {
  public:
    explicit progress_lines(bool wanted) : wanted_(wanted) {}

    // The server's estimate may be of long ago: what was compared corrects it.
    void tell(commands::comparison_progress at) {
        at.rows_estimate = std::max(at.rows_estimate, at.rows.rows);
        constexpr std::chrono::seconds every{1};
        constexpr std::chrono::seconds later_every{10};
        const auto now = steady_clock::now();
        if (!wanted_ || now < next_) return;
        const auto since = now - began_;
        next_ = now + (since < 10 * later_every ? every : later_every);
        const double percent = at.rows_estimate == 0 ? 0.0
                                                     : 100.0 * static_cast<double>(at.rows.rows) /
                                                           static_cast<double>(at.rows_estimate);
        print(fmt::format(
            "Verified: {}/{} {:.1f}%; Differences: {}; Elapsed: {}s{}", at.rows.rows,
            at.rows_estimate, percent, at.rows.differences.size(),
            std::chrono::duration_cast<std::chrono::seconds>(since).count(),
            at.throttled.throttled ? "; State: throttled, " + at.throttled.reason : ""));
    }

  private:
    const bool wanted_;
    const steady_clock::time_point began_ = steady_clock::now();
    steady_clock::time_point next_ = began_ + std::chrono::seconds(1);
};

// Returns the exit code.
int print_and_report(const std::string& text, const std::optional<report_file>& report,
                     display::verification_end end) {
    if (!text.empty()) print(text);
    const int code = unless_unwritten(end.exit_code);
    if (code != end.exit_code) end.why = "stdout could not be written to";
    end.exit_code = code;
    if (!report) return code;
    try {
        report->write(display::json_of(end) + "\n");
    } catch (const error& failure) {
        log::write(log::level::error, failure.what());
    }
    return code;
}

std::string differing(const commands::compared_tables& done) {
    std::string text;
    if (!done.differences.empty())
        text = fmt::format("{}{} {}", done.differences.size(),
                           done.rows.there_may_be_more ? " or more" : "",
                           done.differences.size() == 1 ? "row" : "rows");
    if (!done.definition_differences.empty())
        text += fmt::format("{}the definition", text.empty() ? "" : ", and ");
    return text;
}

std::string text_of(const commands::compared_tables& done) {
    std::string text;
    for (const auto* const all : {&done.definition_differences, &done.differences})
        for (const std::string& one : *all) text += one + "\n";
    const bool enough = done.rows.there_may_be_more;
    const std::string so_far = done.ended_by || enough ? " so far" : "";
    text += fmt::format("# Compared{}: {} rows of {} with {} of {}", so_far, done.rows.rows,
                        done.source.quoted(), done.rows.rows_in_target, done.target.quoted());
    if (done.rows.skipped > 0)
        text += fmt::format(", in {} of {} ranges", done.rows.ranges,
                            done.rows.ranges + done.rows.skipped);
    if (done.differ())
        return text + fmt::format("\n# Different{}: {}{}", so_far, differing(done),
                                  enough ? ". It ended at so many: what is behind them was not "
                                           "compared"
                                         : "");
    return text + (done.ended_by ? "\n# No difference so far" : "\n# Equal");
}

std::string why_it_ended(const std::exception_ptr& by) {
    try {
        std::rethrow_exception(by);
    } catch (const stopped&) {
        return "stopped by a signal";
    } catch (const std::exception& failure) {
        return refused_as(refused_comparison, failure.what());
    }
}

// Of what was not compared to its end all is told that was found.
int tell_compared(const options& given, const commands::compared_tables& done,
                  display::verification_end end, const std::optional<report_file>& report) {
    end.compared = &done;
    if (done.ended_by) end.why = why_it_ended(done.ended_by);
    end.exit_code = done.ended_by ? not_done : done.differ() ? different : equal;
    const int code =
        print_and_report(given.json ? display::json_of(end) : text_of(done), report, end);
    if (done.ended_by) log::write(log::level::fatal, end.why);
    return code;
}

}  // namespace

int verify_tables(const options& given, const std::vector<std::string>& notices,
                  std::stop_token stop) {
    std::optional<report_file> report;
    display::verification_end end{.exit_code = not_done};
    const auto tell = [&](const std::string& notice) {
        log::write(log::level::warning, notice);
        end.notices.push_back(notice);
    };
    for (const std::string& notice : notices) tell(notice);
    progress_lines progress(!given.json);
    try {
        if (!given.report_file.empty()) report.emplace(given.report_file);
        const auto done = commands::compare_tables(
            given.run, given.compared_with,
            {.on_notice = tell, .on_progress = [&](const auto& now) { progress.tell(now); }}, stop);
        if (done.rows.changed_meanwhile > 0)
            tell(
                fmt::format("{} rows seemed to differ, and were equal at a second look: somebody "
                            "writes to the tables, or a value is converted in a way of its own",
                            done.rows.changed_meanwhile));
        return tell_compared(given, done, std::move(end), report);
    } catch (const std::exception&) {
        end.why = why_it_ended(std::current_exception());
    }
    log::write(log::level::fatal, end.why);
    print_and_report(given.json ? display::json_of(end) : "", report, end);
    return not_done;
}

}  // namespace segue::cli
