#include "cli/running/job_commands.hpp"

#include "cli/display/json_fields.hpp"
#include "cli/running/answers.hpp"
#include "cli/running/interactive.hpp"
#include "cli/running/pace_commands.hpp"
#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

constexpr std::array<std::string_view, 9> settings = {
    "chunk-size",     "chunk-time",    "max-lag-millis",
    "nice-ratio",     "max-load",      "critical-load",
    "throttle-query", "throttle-http", "throttle-control-replicas"};

constexpr std::array<std::string_view, 14> others = {
    "help",    "status",      "info",       "sup",    "status-json", "throttle", "pause",
    "suspend", "no-throttle", "unthrottle", "resume", "continue",    "panic",    "json"};

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::string job_commands::answer(std::string_view line) {
    try {
        return formed(line, /*done=*/true, answer_or_throw(control::parse_command(asked_in(line))));
    } catch (const std::exception& failure) {
        return refused_answer(line, failure.what());
    }
}

bool job_commands::end_run(const std::string& words) {
    with_.panic(words);
    return true;
}

std::string job_commands::help() const {
    std::string text = fmt::format(
        "help                 these lines\n"
        "status (info)        the settings, and how far the {0} is\n"
        "sup                  how far the {0} is, in one line\n"
        "status-json          the same as one JSON object\n"
        "throttle[=TABLE]     rows wait until no-throttle (also: pause, suspend)\n"
        "no-throttle[=TABLE]  rows go on (also: unthrottle, resume, continue)\n"
        "panic[=TABLE]        ends the {0}; the same command goes on with it\n",
        with_.job);
    for (const own_command& one : with_.own) text += fmt::format("{:<21}{}\n", one.name, one.help);
    for (const std::string_view name : settings)
        text += fmt::format("{}=VALUE, {}=?\n", name, name);
    return text + "json COMMAND         the answer as JSON: {\"ok\": true, \"answer\": \"...\"}\n";
}

std::string job_commands::status() const {
    std::string job(with_.job);
    job.front() = static_cast<char>(job.front() - 'a' + 'A');
    std::string text = fmt::format("# {} of {}\n", job, with_.given.run.request.original.quoted());
    const auto now = with_.pace.snapshot();
    for (const std::string_view name : settings)
        text += fmt::format("# {}: {}\n", name, pace_value(name, now));
    return text + with_.line() + "\n";
}

std::string job_commands::status_json() const {
    nlohmann::json made = with_.fields();
    made["table"] = with_.given.run.request.original.quoted();
    made["job"] = with_.job;
    return display::text_of(made) + "\n";
}

void job_commands::check_table(const control::command& asked, bool must_be_named) const {
    const std::string& table = with_.given.run.request.original.name;
    if (!asked.argument && must_be_named)
        throw error(fmt::format("{0} has to name the table: {0}={1}", asked.name, table));
    if (asked.argument && *asked.argument != table)
        throw error(fmt::format("{} names the table {}, and this is a {} of {}", asked.name,
                                *asked.argument, with_.job, table));
}

std::string job_commands::answer_or_throw(const control::command& asked) {
    const std::string& name = asked.name;
    if (name == "help") return help();
    if (one_of(name, {"status", "info"})) return status();
    if (name == "sup") return with_.line() + "\n";
    if (name == "status-json") return status_json();
    if (std::ranges::find(settings, name) != settings.end()) {
        if (asked.asks()) return pace_value(name, with_.pace.snapshot()) + "\n";
        const std::string told = change_pace(with_.pace, asked, with_.status_variables());
        return told + status();
    }
    const bool throttles = one_of(name, {"throttle", "pause", "suspend"});
    if (throttles || one_of(name, {"no-throttle", "unthrottle", "resume", "continue"})) {
        check_table(asked, /*must_be_named=*/false);
        throttle_by_command(with_.pace, throttles);
        return status();
    }
    if (name == "panic") {
        check_table(asked, with_.given.force_named_panic);
        const std::string words =
            fmt::format("panic was commanded on the socket, so the {} of {} ends", with_.job,
                        with_.given.run.request.original.quoted());
        end_run(words);
        return words + "\n";
    }
    for (const own_command& one : with_.own)
        if (one.name == name) {
            check_table(asked, /*must_be_named=*/false);
            return one.act();
        }
    for (const auto& one : interactive::names())
        if (one.name == name)
            throw error(fmt::format("{} is a command to a migration, and this is a {}: it {}", name,
                                    with_.job, with_.does_not));
    std::vector<std::string> known(settings.begin(), settings.end());
    for (const own_command& one : with_.own) known.emplace_back(one.name);
    known.insert(known.end(), others.begin(), others.end());
    throw error(fmt::format("unknown command: {}. {}`help` lists them all", name.substr(0, 100),
                            did_you_mean(name, known)));
}

}  // namespace segue::cli
