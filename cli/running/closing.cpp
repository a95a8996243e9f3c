#include "cli/running/closing.hpp"

#include "cli/display/json_lines.hpp"
#include "cli/display/report.hpp"
#include "cli/login/version.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"

#include <cstdio>
#include <exception>

namespace segue::cli {
namespace {

constexpr std::string_view not_reported = "the report could not be written: ";

display::ending not_printed() {
    return {.exit_code = 1,
            .how = display::run_end::stopped,
            .why = "the rehearsal's report could not be written to stdout",
            .stopped_by = "failure"};
}

}  // namespace

bool written_out() {
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

display::ending closing::ending_by(const std::optional<cause>& met) const {
    const auto left = with_.job.left_behind();
    const bool rehearsed = !met && !with_.given.execute;
    display::ending made = rehearsed ? display::ending{} : display::ending_of(left);
    if (!met || made.how == display::run_end::done) return made;
    made.why = met->why;
    made.stopped_by = met->stopped_by;
    const bool began = with_.job.now().at != migration::phase::inspect;
    if (made.how == display::run_end::stopped && met->stopped_by == "failure" && !began)
        made.how = display::run_end::refused;
    return made;
}

int closing::tell(const std::optional<cause>& met) {
    with_.shown.stop();
    last_ = ending_by(met);
    if (!met && with_.given.execute) {
        const bool tested = with_.given.run.replica == migration::replica_use::tested;
        const auto left = with_.job.left_behind();
        if ((!with_.given.run.drop_old_table || tested) && !left.old.empty())
            with_.shown.tell_kept(display::kept_text(left));
    }
    if (!met) with_.shown.end(last_);
    for (const std::string& line : last_.lines) log::write(last_.level, line);
    if (met) with_.shown.end(last_);
    told_ = true;
    // A run has done what it was asked for; of a rehearsal what it printed is all there is.
    const bool is_all_printed = !met && !with_.given.execute;
    if (!is_all_printed) report(last_);
    const bool whole = with_.output.finish();
    if (!is_all_printed) return last_.exit_code;
    const display::ending made = whole ? last_ : not_printed();
    if (!whole) {
        log::write(log::level::fatal, made.why);
        with_.output.finish_errors();
    }
    report(made);
    return made.exit_code;
}

int closing::tell_at_once(std::string_view why, std::string_view stopped_by) {
    if (told_) {
        with_.output.finish_at_once();
        const bool rehearsed = !with_.given.execute && last_.how == display::run_end::done;
        const display::ending made = rehearsed ? not_printed() : last_;
        report(made);
        return made.exit_code;
    }
    const auto last = ending_by(cause{.why = std::string(why), .stopped_by = stopped_by});
    log::write_at_once(last.level, why);
    for (const std::string& line : last.lines) log::write_at_once(last.level, line);
    const auto left = with_.job.left_behind();
    if (last.how == display::run_end::done && left.swap == swap::swap_state::made &&
        !with_.given.run.drop_old_table && !left.old.empty())
        log::write_at_once(last.level, display::kept_text(left));
    with_.shown.end_at_once(last);
    with_.output.finish_at_once();
    report(last);
    return last.exit_code;
}

void closing::report(const display::ending& last) const {
    if (!with_.report) return;
    try {
        with_.report->write(display::report_of(with_.record.contents(), with_.job, with_.given.run,
                                               last, version_text()));
    } catch (const std::exception& failure) {
        log::write_at_once(log::level::error, std::string(not_reported) + failure.what());
    }
}

int tell_early(const early_end& made, const std::optional<report_file>& report) {
    const display::ending last{.exit_code = made.exit_code,
                               .how = display::run_end::refused,
                               .why = made.why,
                               .stopped_by = "failure"};
    if (made.json) std::puts(display::json_line::outcome(last).c_str());
    if (!report) return last.exit_code;
    try {
        report->write(display::report_of(last, version_text()));
    } catch (const error& failure) {
        log::write(log::level::error, std::string(not_reported) + failure.what());
    }
    return last.exit_code;
}

}  // namespace segue::cli
