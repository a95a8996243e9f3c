#include "cli/arguments.hpp"
#include "cli/display/ending.hpp"
#include "cli/display/terminal.hpp"
#include "cli/hook_calls.hpp"
#include "cli/hook_thread.hpp"
#include "cli/interactive.hpp"
#include "cli/login.hpp"
#include "cli/metrics_thread.hpp"
#include "cli/options.hpp"
#include "cli/panic_file.hpp"
#include "cli/remote.hpp"
#include "cli/run_output.hpp"
#include "cli/serving.hpp"
#include "cli/signal_watch.hpp"
#include "cli/standard_streams.hpp"
#include "src/base/error.hpp"
#include "src/base/flag_file.hpp"
#include "src/base/log.hpp"
#include "src/base/outlet.hpp"
#include "src/hooks/hook_process.hpp"
#include "src/migration/migration.hpp"
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

int tell(const display::ending& last) {
    for (const std::string& line : last.lines) log::write(last.level, line);
    return last.exit_code;
}

// The last words of a run that does not come to an orderly end: with the kept table, which stdout
// may never tell.
int tell_at_once(std::string_view why, const migration::leftovers& left,
                 const migration::settings& with) {
    const auto last = display::ending_of(left);
    log::write_at_once(last.level, why);
    for (const std::string& line : last.lines) log::write_at_once(last.level, line);
    if (left.swap == swap::swap_state::made && !with.drop_old_table)
        log::write_at_once(last.level, display::kept_text(left));
    return last.exit_code;
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
            cli::read_login(given.login_from, cli::surroundings::of_process(), notices);
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

// As the command panic does. Whether it was not too late.
bool end_by_panic(migration::migration& job, std::string_view words,
                  const std::function<void()>& stop_run) {
    if (job.left_behind().swap != swap::swap_state::not_made) return false;
    job.steer().panic(std::string(words));
    stop_run();
    return true;
}

int run_job(const cli::options& given, std::stop_token stop, migration::migration& job, outlet& out,
            display::terminal& shown, cli::hook_calls& hooks,
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
            return 0;
        }
        cli::refuse_panic_file(with.panic_flag_file);
        make_postpone_flag(with.postpone_flag_file);
        if (given.metrics.statsd) told.emplace(given, job);
        const cli::panic_file watched(with.panic_flag_file, [&](std::string_view words) {
            return end_by_panic(job, words, stop_run);
        });
        shown.start(job);
        if (hooks.given()) beside.emplace(hooks, job, shown, steered);
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
        const auto left = job.left_behind();
        if ((!with.drop_old_table || with.replica == migration::replica_use::tested) &&
            !left.old.empty())
            out.put("# " + display::kept_text(left) + "\n");
        out.put("# Done\n");
    } catch (const stopped&) {
        shown.stop();
        log::fatal("{}", job.steer().panic_words().value_or("stopped by a signal"));
        hooks.failed(stop);
    } catch (const std::exception& failure) {
        shown.stop();
        log::fatal("{}", failure.what());
        hooks.failed(stop);
    }
    return tell(display::ending_of(job.left_behind()));
}

bool written_out() {
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

// Refused before anything is done.
bool hooks_can_run(const cli::hook_calls& hooks) {
    try {
        for (const std::string& notice : hooks.check()) log::write(log::level::warning, notice);
        return true;
    } catch (const error& failure) {
        log::fatal("{}", failure.what());
        return false;
    }
}

int run(const cli::options& given, const std::vector<std::string>& notices) {
    using cli::run_output;
    cli::hook_calls hooks(given);
    if (!hooks_can_run(hooks)) return 1;
    run_output output(given.execute ? run_output::kind::lines : run_output::kind::report);
    cli::signal_watch signals([&given] { read_login_again(given); });
    for (const std::string& notice : notices) log::write(log::level::warning, notice);
    const migration::settings& with = given.run;
    display::terminal shown(with, output.out());
    migration::migration job(with, shown, hooks);
    hooks.serve(job);
    signals.when_overdue([&](std::string_view why) {
        hooks::kill_all_hooks();
        const int code = tell_at_once(why, job.left_behind(), with);
        output.finish_at_once();
        return code;
    });
    const int code = run_job(given, signals.token(), job, output.out(), shown, hooks,
                             [&signals] { signals.request_stop(); });
    constexpr int report_not_whole = 1;
    signals.when_overdue(
        [=, &given](std::string_view) { return given.execute ? code : report_not_whole; });
    // A reader that takes nothing holds this up, while signals are still watched for.
    if (output.finish() || given.execute || code != 0) return code;
    // A run has done what it was asked for; of a rehearsal the report is all there is.
    log::fatal("the rehearsal's report could not be written to stdout");
    output.finish_errors();
    return report_not_whole;
}

}  // namespace

int main(int argc, char** argv) {
    cli::secure_standard_streams();
    // Before anything is done with them: no secret stays in the process title.
    const auto arguments = cli::take_arguments(argc, argv);
    if (const auto code = cli::run_remote(arguments)) return *code;
    const auto asked = cli::read_command_line(arguments, cli::surroundings::of_process());
    if (asked.run) {
        log::set_level(asked.run->log_level);
        return run(*asked.run, asked.notices);
    }
    std::fputs(asked.output.c_str(), stdout);
    for (const std::string& notice : asked.notices) log::write(log::level::warning, notice);
    if (!asked.fatal.empty()) log::fatal("{}", asked.fatal);
    if (asked.exit_code != 0 || written_out()) return asked.exit_code;
    log::fatal("what was asked for could not be written to stdout");
    return 1;
}
