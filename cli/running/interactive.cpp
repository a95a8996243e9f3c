#include "cli/running/interactive.hpp"

#include "cli/display/status_line.hpp"
#include "cli/running/answers.hpp"
#include "cli/running/pace_commands.hpp"
#include "src/base/error.hpp"
#include "src/base/flag_file.hpp"
#include "src/base/nearest_names.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::cli {
namespace {

constexpr std::string_view replay_is_paused =
    "replaying is paused by command, and the cut-over waits for resume-replay";

constexpr std::string_view as_long_as_logs_last =
    "# Note: wait only for as long as the server keeps its binary logs\n";

// An approval that a hook waits for is not to be gone round.
std::string waits_for_hook(const migration::progress& now) {
    return fmt::format("the {} hook is at work, and the run goes on when that has ended",
                       now.waits_for_hook);
}

bool is_before_the_swap(const migration::progress& now) {
    return now.at == migration::phase::inspect || now.at == migration::phase::copy ||
           now.at == migration::phase::verify;
}

}  // namespace

struct interactive::entry {
    std::vector<std::string_view> names;
    std::string_view argument;  ///< As help shows it; empty: none.
    std::string_view meaning;
    std::function<std::string(interactive&, const control::command&)> answer;
};

const std::vector<interactive::entry>& interactive::table() {
    using command = control::command;
    const auto set = [](interactive& of, const command& asked) { return of.setting(asked); };
    static const std::vector<entry> all = {
        {{"help"}, "", "these lines", [](interactive&, const command&) { return help(); }},
        {{"status", "info"},
         "",
         "the settings, and how far the migration is",
         [](interactive& of, const command&) { return of.with_status(""); }},
        {{"sup"},
         "",
         "how far the migration is, in one line",
         [](interactive& of, const command&) {
             return display::status_line(of.job_.now()) + "\n";
         }},
        {{"status-json"},
         "",
         "the same as one JSON object",
         [](interactive& of, const command&) { return of.shown_.status_json() + "\n"; }},
        {{"coordinates"},
         "",
         "how far the binary log was read",
         [](interactive& of, const command&) { return of.job_.now().stream_position + "\n"; }},
        {{"applier"},
         "",
         "the server that is written to",
         [](interactive& of, const command&) { return of.server_text(/*inspected=*/false); }},
        {{"inspector"},
         "",
         "the server that the binary log comes from",
         [](interactive& of, const command&) { return of.server_text(/*inspected=*/true); }},
        {{"chunk-size"}, "=ROWS", "rows in a chunk, 10 to 100000; empty: adaptive", set},
        {{"chunk-time"}, "=MILLISECONDS", "how long copying a chunk should take", set},
        {{"dml-batch-size"},
         "=COUNT",
         "has no effect: batches are as large as the server takes",
         [](interactive& of, const command& asked) {
             if (asked.asks()) return fmt::format("{}\n", display::dml_batch_size);
             return of.with_status("# dml-batch-size has no effect\n");
         }},
        {{"max-lag-millis"},
         "=MILLISECONDS",
         "copying waits while a replica is further behind",
         set},
        {{"nice-ratio"}, "=RATIO", "how long to rest after a chunk, in times of what it took", set},
        {{"max-load"}, "=NAME=LIMIT,...", "copying waits while one is reached", set},
        {{"critical-load"}, "=NAME=LIMIT,...", "the migration ends when one is reached", set},
        {{"throttle-query"}, "=QUERY", "copying waits while its value is above zero", set},
        {{"throttle-http"}, "=URL", "copying waits unless it is answered with 200", set},
        {{"throttle-control-replicas"},
         "=HOST[:PORT],...",
         "copying waits while one of these replicas is behind; empty: none",
         set},
        {{"throttle", "pause", "suspend"},
         "[=TABLE]",
         "copying waits until no-throttle, and so does the swap",
         [](interactive& of, const command& asked) { return of.throttle(asked, /*on=*/true); }},
        {{"no-throttle", "unthrottle", "resume", "continue"},
         "[=TABLE]",
         "copying goes on, unless something else holds it up",
         [](interactive& of, const command& asked) { return of.throttle(asked, /*on=*/false); }},
        {{"pause-replay"},
         "",
         "changes are not carried over, and the swap waits",
         [](interactive& of, const command&) { return of.pause_replay(/*on=*/true); }},
        {{"resume-replay"},
         "",
         "changes are carried over again",
         [](interactive& of, const command&) { return of.pause_replay(/*on=*/false); }},
        {{"postpone-cut-over-flag-file"},
         "=PATH",
         "makes that file; the swap waits while it exists",
         [](interactive& of, const command& asked) { return of.postpone(asked); }},
        {{"unpostpone", "no-postpone", "cut-over"},
         "[=TABLE]",
         "a postponed swap goes on",
         [](interactive& of, const command& asked) { return of.unpostpone(asked); }},
        {{"cut-over-now"},
         "",
         "ends the pause between two attempts to swap",
         [](interactive& of, const command&) { return of.cut_over_now(); }},
        {{"panic"},
         "[=TABLE]",
         "ends the migration; the original stays as it is",
         [](interactive& of, const command& asked) { return of.panic(asked); }},
        {{"replication-lag-query"},
         "=QUERY",
         "has no effect: lag is measured by the heartbeat",
         [](interactive&, const command&) -> std::string {
             throw error("replication-lag-query is deprecated, and has no effect");
         }},
        {{"cpu-profile"},
         "=DURATION",
         "has no effect: there is no profiler in Segue",
         [](interactive&, const command&) -> std::string {
             throw error("there is no profiler in Segue: perf(1) makes profiles of any process");
         }}};
    return all;
}

std::string interactive::help() {
    std::string text;
    for (const entry& one : table()) {
        std::string names(one.names.front());
        names += one.argument;
        text += fmt::format("{:<40} {}", names, one.meaning);
        if (one.names.size() > 1)
            text += fmt::format(
                " (also: {})",
                fmt::join(std::vector<std::string_view>(one.names.begin() + 1, one.names.end()),
                          ", "));
        text += "\n";
    }
    return text + fmt::format("{:<40} {}\n{:<40} {}\n", "NAME=?", "the value that is in force",
                              "json COMMAND",
                              "the answer as JSON: {\"ok\": true, \"answer\": \"...\"}");
}

std::vector<interactive::command_name> interactive::names() {
    std::vector<command_name> all;
    for (const entry& one : table())
        for (const std::string_view name : one.names)
            all.push_back({std::string(name), one.argument.starts_with('=')});
    all.push_back({std::string(as_json.substr(0, as_json.find(' '))), /*needs_value=*/false});
    return all;
}

std::string interactive::answer(std::string_view line) {
    try {
        return formed(line, /*done=*/true, answer_or_throw(control::parse_command(asked_in(line))));
    } catch (const std::exception& failure) {
        return refused_answer(line, failure.what());
    }
}

std::string interactive::answer_or_throw(const control::command& asked) {
    std::vector<std::string> known;
    for (const entry& one : table()) {
        if (std::ranges::count(one.names, asked.name) > 0) return one.answer(*this, asked);
        for (const std::string_view name : one.names) known.emplace_back(name);
    }
    const auto name = asked.name.substr(0, 100);
    if (const auto blank = name.find_first_of(" \t"); blank != name.npos)
        if (const auto first = name.substr(0, blank); std::ranges::count(known, first) > 0)
            throw error(
                takes_argument(first)
                    ? fmt::format("a value is written {}={}", first,
                                  name.substr(name.find_first_not_of(" \t", blank)))
                    : fmt::format("{} is one command alone: nothing stands behind it", first));
    throw error(fmt::format("unknown command: {}. {}`help` lists them all", name,
                            did_you_mean(name, known)));
}

bool interactive::takes_argument(std::string_view name) {
    return std::ranges::any_of(table(), [&](const entry& one) {
        return !one.argument.empty() && std::ranges::count(one.names, name) > 0;
    });
}

std::string interactive::with_status(const std::string& before) const {
    std::string text = before + shown_.status();
    shown_.echo(text);
    return text;
}

std::string interactive::setting(const control::command& asked) {
    throttle::live_pace& live = job_.steer().pace;
    if (asked.asks()) return pace_value(asked.name, live.snapshot()) + "\n";
    std::string told = change_pace(live, asked, job_.steer().status_variables());
    const bool waits_by_it = asked.name == "throttle-query" || asked.name == "throttle-http";
    if (waits_by_it && !asked.argument->empty()) told += as_long_as_logs_last;
    return with_status(told);
}

void interactive::check_table(const control::command& asked, bool must_be_named) const {
    const std::string& table = given_.run.request.original.name;
    if (!asked.argument && must_be_named)
        throw error(fmt::format("{0} has to name the table: {0}={1}", asked.name, table));
    if (asked.argument && *asked.argument != table)
        throw error(fmt::format("{} names the table {}, and this migrates {}", asked.name,
                                *asked.argument, table));
}

// Whether it was otherwise before.
bool interactive::switched(bool throttle::pace::*which, bool on) {
    throttle::live_pace& live = job_.steer().pace;
    const bool was = live.snapshot().*which;
    live.change([&](throttle::pace& pace) { pace.*which = on; });
    return was != on;
}

std::string interactive::throttle(const control::command& asked, bool on) {
    check_table(asked, /*must_be_named=*/false);
    if (switched(&throttle::pace::throttled_by_command, on))
        tell_command(on ? "copying, or else the swap, waits until it is told to go on"
                        : "nothing is told to wait any more");
    return with_status(on ? std::string(as_long_as_logs_last) : "");
}

std::string interactive::pause_replay(bool on) {
    if (switched(&throttle::pace::replay_paused, on))
        tell_command(on ? "changes are not carried over until it is told to go on"
                        : "changes are carried over again");
    return with_status(on ? std::string(as_long_as_logs_last) : "");
}

std::string interactive::postpone(const control::command& asked) {
    if (asked.asks()) return job_.steer().flag_file() + "\n";
    if (!asked.argument || asked.argument->empty())
        throw error("postpone-cut-over-flag-file needs a path");
    if (const auto why = make_flag_file(*asked.argument); !why.empty())
        throw error(fmt::format("{} cannot be made: {}", *asked.argument, why));
    const bool known = job_.steer().holding_flag_file() == *asked.argument;
    job_.steer().postpone_by(*asked.argument);
    if (!known) tell_command(fmt::format("the cut-over waits while {} exists", *asked.argument));
    return with_status("Postponed\n");
}

std::string interactive::unpostpone(const control::command& asked) {
    check_table(asked, given_.force_named_cut_over);
    const auto now = job_.now();
    if (now.replay_paused) throw error(std::string(replay_is_paused));
    if (now.postponed_because.empty() && !now.waits_for_hook.empty())
        throw error(waits_for_hook(now));
    if (is_before_the_swap(now)) throw error(not_yet(now));
    if (now.postponed_because.empty())
        throw error(
            now.throttled ? fmt::format("the cut-over is not postponed now, but throttled: {}",
                                        now.throttle_reason)
            : now.last_attempt
                ? fmt::format(
                      "the cut-over is not postponed now: {}; the next one comes by itself, "
                      "and cut-over-now makes it at once",
                      display::last_attempt_text(now))
                : "the cut-over is not postponed now, so there is nothing to go on with");
    job_.steer().release();
    job_.steer().attempt_now();
    tell_command("the cut-over is not postponed any more");
    return with_status("Unpostponed\n");
}

// Rows are still copied, or verified.
std::string interactive::not_yet(const migration::progress& now) const {
    const std::string file = job_.steer().holding_flag_file();
    std::string at =
        now.at == migration::phase::verify
            ? fmt::format("{}: the tables are swapped when that is done",
                          display::verifying_text(now))
            : fmt::format("the copy is at {:.1f}%: the tables are swapped when it is done",
                          display::copied_percent(now));
    if (file.empty() || !look_at_flag_file(file).set) return at;
    return fmt::format("{}, unless {} is there then; to let them be swapped, remove it", at, file);
}

std::string interactive::cut_over_now() {
    const auto now = job_.now();
    if (now.postponed_because.empty() && !now.waits_for_hook.empty())
        throw error(waits_for_hook(now));
    if (is_before_the_swap(now)) throw error(not_yet(now));
    if (now.postponed_because == "flag-file")
        throw error(
            fmt::format("the cut-over is postponed while {} exists: unpostpone lets it go "
                        "on",
                        job_.steer().flag_file()));
    if (job_.left_behind().swap == swap::swap_state::made) throw error("the tables are swapped");
    if (now.replay_paused) throw error(std::string(replay_is_paused));
    if (now.throttled)
        throw error(
            fmt::format("the cut-over waits while it is throttled: {}", now.throttle_reason));
    if (!job_.steer().attempt_now())
        throw error(
            "no pause between two attempts to swap runs now, so there is none to end: an attempt "
            "is being made");
    tell_command("the next attempt to swap is made at once");
    return with_status("");
}

std::string interactive::panic(const control::command& asked) {
    check_table(asked, given_.force_named_panic);
    const std::string words =
        fmt::format("panic was commanded on the socket, so the migration of {} ends",
                    given_.run.request.original.quoted());
    if (!end_run(words))
        throw error("it is too late: RENAME TABLE was sent, and the run ends by what became of it");
    return words + "\n";
}

bool interactive::end_run(const std::string& words) {
    if (job_.left_behind().swap != swap::swap_state::not_made) return false;
    job_.steer().panic(words);
    stop_();
    return true;
}

std::string interactive::server_text(bool inspected) const {
    const auto about = job_.about();
    if (!about) throw error("the table is still being inspected");
    const auto& server = inspected ? about->inspected : about->primary;
    return fmt::format("Host: {}, Version: {}\n", server.host, server.version);
}

}  // namespace segue::cli
