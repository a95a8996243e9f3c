#include "cli/backfill.hpp"
#include "cli/cleanup.hpp"
#include "cli/command_line/arguments.hpp"
#include "cli/command_line/options.hpp"
#include "cli/display/run_record.hpp"
#include "cli/display/status_line.hpp"
#include "cli/display/terminal.hpp"
#include "cli/expand.hpp"
#include "cli/login/login.hpp"
#include "cli/remote.hpp"
#include "cli/running/closing.hpp"
#include "cli/running/hook_calls.hpp"
#include "cli/running/hook_thread.hpp"
#include "cli/running/hook_variables.hpp"
#include "cli/running/interactive.hpp"
#include "cli/running/metrics_thread.hpp"
#include "cli/running/panic_file.hpp"
#include "cli/running/report_file.hpp"
#include "cli/running/run_output.hpp"
#include "cli/running/serving.hpp"
#include "cli/running/signal_watch.hpp"
#include "cli/running/standard_streams.hpp"
#include "cli/split.hpp"
#include "cli/verify.hpp"
#include "cli/views.hpp"
#include "src/base/error.hpp"
#include "src/base/flag_file.hpp"
#include "src/base/log.hpp"
#include "src/hooks/hook_process.hpp"
#include "src/migration/migration.hpp"
#include "src/migration/observers.hpp"
#include "src/wire/renewed_login.hpp"

#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace segue;

// Written before the check for it, as gh-ost does, so that removing it is what starts the cut-over.
void make_postpone_flag(const std::string& path) {
    if (path.empty()) return;
    if (const auto why = make_flag_file(path); !why.empty())
        throw error(fmt::format("the file of --postpone-cut-over-flag-file cannot be made: {} ({})",
                                path, why));
}

// What SIGHUP asks for: the option file may hold a new password since.
void read_login_again(const cli::options& given) noexcept {
    try {
        const auto& path = given.login_from.conf;
        if (path.empty()) {
            log::write_at_once(log::level::warning,
                               "SIGHUP: there is no --conf to read again; the run goes on");
            return;
        }
        std::vector<std::string> notices;  // as at the start
        const auto now =
            cli::read_login(given.login_from, {}, cli::surroundings::of_process(), notices);
        wire::renew_login(given.run.connection, now.user, now.password);
        log::write_at_once(
            log::level::warning,
            fmt::format("SIGHUP: {} was read again; connections made from now on log in "
                        "with what it says, and the run goes on",
                        path));
    } catch (const std::exception& failure) {
        log::write_at_once(
            log::level::warning,
            std::string("SIGHUP: what was read at the start goes on to hold: ") + failure.what());
    }
}

// Tells what ended a run, and then the hooks, which may take their time.
cli::closing::cause ended_by(cli::closing::cause made, cli::hook_calls& hooks,
                             const std::stop_token& stop) {
    log::write(log::level::fatal, made.why);
    hooks.failed(stop);
    return made;
}

// Returns what ended it; unset: it has done what it was asked for.
std::optional<cli::closing::cause> run_job(const cli::options& given, std::stop_token stop,
                                           migration::migration& job, display::terminal& shown,
                                           const display::run_record& record,
                                           cli::hook_calls& hooks,
                                           const std::function<void()>& stop_run) {
    const migration::settings& with = given.run;
    cli::interactive steered(given, job, shown, stop_run);
    std::optional<cli::metrics_thread> told;
    std::optional<cli::hook_thread> beside;
    std::unique_ptr<control::command_server> commands;  // is gone before who answers
    try {
        if (!given.execute) {
            job.rehearse(stop);
            hooks.succeeded(stop);
            return std::nullopt;
        }
        cli::refuse_panic_file(with.panic_flag_file);
        make_postpone_flag(with.postpone_flag_file);
        if (given.metrics.statsd) told.emplace(given, job, record);
        const cli::panic_file watched(with.panic_flag_file, [&steered](std::string_view words) {
            return steered.end_run(std::string(words));
        });
        shown.start(job);
        if (hooks.given())
            beside.emplace(
                hooks,
                cli::hook_thread::told_run{
                    .elapsed = [&job] { return job.now().elapsed; },
                    .status_line = [&]() -> std::optional<std::string> {
                        const auto now = job.now();
                        if (!shown.has_line_for(now)) return std::nullopt;
                        return display::status_line(now);
                    },
                    .answer = [&steered](std::string_view line) { return steered.answer(line); }});
        std::vector<std::string> notices;
        const auto answer = [&](std::string_view line, control::command_server::reply to) {
            if (beside)
                beside->answer(line, std::move(to));
            else
                to(steered.answer(line));
        };
        commands = cli::serve(given, answer, notices);
        shown.tell_with_plan(std::move(notices));
        if (commands)
            shown.serves_at({.unix_path = commands->unix_path(), .tcp_port = commands->tcp_port()});
        const migration::outcome done = job.run(stop);
        shown.stop();
        hooks.succeeded(stop, done.instant);
        return std::nullopt;
    } catch (const stopped&) {
        shown.stop();
        if (const auto words = job.steer().panic_words())
            return ended_by({.why = *words, .stopped_by = "command"}, hooks, stop);
        return ended_by({.why = "stopped by a signal", .stopped_by = "signal"}, hooks, stop);
    } catch (const std::exception& failure) {
        shown.stop();
        const bool by_command = job.steer().panic_words().has_value();
        return ended_by({.why = failure.what(), .stopped_by = by_command ? "command" : "failure"},
                        hooks, stop);
    }
}

int run(const cli::options& given, std::vector<std::string> notices,
        const std::optional<cli::report_file>& report) {
    cli::hook_calls hooks(given);
    try {
        for (std::string& notice : hooks.check()) notices.push_back(std::move(notice));
    } catch (const error& failure) {
        log::write(log::level::fatal, failure.what());
        return cli::tell_early({.why = failure.what(), .exit_code = 1, .json = given.json}, report);
    }
    const auto whose = given.json ? display::reader::programs : display::reader::people;
    cli::run_output output(
        given.execute ? cli::run_output::kind::lines : cli::run_output::kind::report, whose);
    cli::signal_watch signals([&given] { read_login_again(given); });
    display::terminal shown(given.run, output.out(), whose);
    display::run_record record;
    migration::observers told({&record, &shown});
    migration::migration job(given.run, told, hooks);
    hooks.serve([&] { return cli::hook_variables_of(given, job.now(), job.about()); });
    cli::closing closing({.given = given,
                          .job = job,
                          .shown = shown,
                          .output = output,
                          .record = record,
                          .report = report});
    signals.when_overdue([&closing](std::string_view why, std::string_view stopped_by) {
        hooks::kill_all_hooks();
        return closing.tell_at_once(why, stopped_by);
    });
    for (const std::string& notice : notices) shown.on_notice(notice);
    const auto met = run_job(given, signals.token(), job, shown, record, hooks,
                             [&signals] { signals.request_stop(); });
    // A reader that takes nothing holds this up, while signals are still watched for. What it
    // throws ends the process with the last words.
    const int code = [&]() noexcept { return closing.tell(met); }();
    signals.when_overdue([code](std::string_view, std::string_view) { return code; });
    return code;
}

// Throws segue::error for a file that cannot be written.
std::optional<cli::report_file> report_of(const cli::command_line& asked) {
    if (asked.report_file.empty() || (!asked.run && asked.fatal.empty())) return std::nullopt;
    return cli::report_file(asked.report_file);
}

// Exit codes: docs/exit-codes.md.
int run_process(int argc, char* argv[]) {
    cli::secure_standard_streams();
    // Before anything is done with them: no secret stays in the process title.
    const auto arguments = cli::take_arguments(argc, argv);
    if (const auto code = cli::run_remote(arguments)) return *code;
    const auto asked = cli::read_command_line(arguments, cli::surroundings::of_process());
    if (asked.run) log::set_level(asked.run->log_level);
    if (asked.run && asked.asked == cli::job::backfill)
        return cli::backfill_table(*asked.run, asked.notices);
    if (asked.run && asked.asked == cli::job::expand)
        return cli::expand_table(*asked.run, asked.notices);
    if (asked.run && asked.asked == cli::job::split)
        return cli::split_table(*asked.run, asked.notices);
    if (asked.run && asked.asked != cli::job::migrate) {
        cli::signal_watch signals([] {});
        if (asked.asked == cli::job::verify)
            return cli::verify_tables(*asked.run, asked.notices, signals.token());
        if (asked.asked == cli::job::views)
            return cli::make_views(*asked.run, asked.notices, signals.token());
        return cli::clean_up(*asked.run, asked.notices, signals.token());
    }
    const auto end_early = [&](const std::string& why, const auto& report) {
        for (const std::string& notice : asked.notices) log::write(log::level::warning, notice);
        log::write(log::level::fatal, why);
        return cli::tell_early({.why = why, .exit_code = 1, .json = asked.json}, report);
    };
    std::optional<cli::report_file> report;
    try {
        report = report_of(asked);
    } catch (const error& failure) {
        return end_early(failure.what(), report);
    }
    if (asked.run) return run(*asked.run, asked.notices, report);
    if (!asked.fatal.empty()) return end_early(asked.fatal, report);
    if (asked.exit_code != 0 && asked.json)
        return cli::tell_early({.why = asked.output.substr(0, asked.output.find('\n')),
                                .exit_code = asked.exit_code,
                                .json = true},
                               report);
    std::fputs(asked.output.c_str(), stdout);
    if (asked.exit_code != 0 || cli::written_out()) return asked.exit_code;
    log::fatal("what was asked for could not be written to stdout");
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run_process(argc, argv);
    } catch (const std::exception& failure) {
        // No run is at work: none has begun, or it has told its end.
        log::write(log::level::fatal, failure.what());
        return 1;
    }
}
