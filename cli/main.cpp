#include "cli/backfill.hpp"
#include "cli/cleanup.hpp"
#include "cli/command_line/arguments.hpp"
#include "cli/command_line/options.hpp"
#include "cli/contract.hpp"
#include "cli/expand.hpp"
#include "cli/migrate.hpp"
#include "cli/remote.hpp"
#include "cli/running/closing.hpp"
#include "cli/running/report_file.hpp"
#include "cli/running/signal_watch.hpp"
#include "cli/running/standard_streams.hpp"
#include "cli/split.hpp"
#include "cli/status.hpp"
#include "cli/verify.hpp"
#include "cli/views.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"

#include <cstdio>
#include <exception>
#include <optional>
#include <string>

namespace {

using namespace segue;

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
    if (asked.run && asked.asked == cli::job::status)
        return cli::tell_status(*asked.run, asked.notices);
    if (asked.run && asked.asked != cli::job::migrate && asked.asked != cli::job::contract) {
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
    if (asked.run && asked.asked == cli::job::contract)
        return cli::contract_table(*asked.run, asked.notices, report);
    if (asked.run) return cli::migrate(*asked.run, asked.notices, report);
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
