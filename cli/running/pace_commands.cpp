#include "cli/running/pace_commands.hpp"

#include "cli/command_line/arguments.hpp"
#include "cli/command_line/flag_value.hpp"
#include "cli/command_line/flags.hpp"
#include "cli/command_line/options.hpp"
#include "cli/display/hint_block.hpp"
#include "cli/running/answers.hpp"
#include "src/base/error.hpp"
#include "throttle/known_limits.hpp"

#include <fmt/format.h>

namespace segue::cli {
namespace {

// What the flag of this name makes of the value, by the rules of the command line.
throttle::pace changed(const throttle::pace& before, const std::string& name,
                       const std::string& value, std::vector<std::string>& notices) {
    if (name == "chunk-size" && value.empty()) {
        throttle::pace adaptive = before;
        adaptive.chunk_rows.reset();
        return adaptive;
    }
    const flag& meant = flag_named(name);
    const auto read = normalise({fmt::format("--{}={}", name, value)},
                                {{.name = meant.name, .kind = meant.kind}});
    if (!read.mistake.empty()) throw error(read.mistake);
    options scratch;
    scratch.run.carrying.pace = before;
    meant.set(flag_value(meant.name, read.arguments.at(1), notices), scratch);
    return scratch.run.carrying.pace;
}

// As at the start. What the server's variables are called now is not asked: this thread waits for
// no server.
void check_variables(const std::vector<throttle::load_limit>& limits,
                     const std::vector<std::string>& known) {
    if (limits.empty()) return;
    if (known.empty())
        throw error(
            "the names of the server's status variables are not known yet: the run is "
            "still starting");
    for (const auto& one : throttle::unknown_limits(limits, known))
        throw error(fmt::format(
            "{}, or none that is a whole number{}", one.why,
            one.nearest.empty() ? ""
                                : fmt::format(". Was {} meant?", fmt::join(one.nearest, ", "))));
}

}  // namespace

std::string pace_value(std::string_view setting, const throttle::pace& pace) {
    if (setting == "chunk-size") return display::chunk_size_text(pace);
    if (setting == "chunk-time") return std::to_string(pace.chunk_time.count());
    if (setting == "max-lag-millis") return std::to_string(pace.lag_max.count());
    if (setting == "nice-ratio") return fmt::format("{}", pace.nice_ratio);
    if (setting == "max-load") return display::limits_text(pace.max_load);
    if (setting == "critical-load") return display::limits_text(pace.critical_load);
    if (setting == "throttle-http") return pace.throttle_http;
    if (setting == "throttle-control-replicas") return display::control_replicas_text(pace);
    require(setting == "throttle-query", "each setting has a value");
    return pace.throttle_query;
}

std::string change_pace(throttle::live_pace& live, const control::command& asked,
                        const std::vector<std::string>& status_variables) {
    const auto before = live.snapshot();
    if (!asked.argument)
        throw error(
            fmt::format("{0} needs a value: {0}=VALUE, or {0}=? for the one in force", asked.name));
    std::vector<std::string> notices;
    const auto next = changed(before, asked.name, *asked.argument, notices);
    if (asked.name == "max-load") check_variables(next.max_load, status_variables);
    if (asked.name == "critical-load") check_variables(next.critical_load, status_variables);
    live.change([&](throttle::pace& pace) { pace = next; });
    const std::string is = pace_value(asked.name, next);
    if (const std::string was = pace_value(asked.name, before); is != was)
        tell_command(fmt::format("{} is '{}' now, and was '{}'", asked.name, is, was));
    std::string told;
    for (const std::string& notice : notices) told += "# " + notice + "\n";
    return told;
}

void throttle_by_command(throttle::live_pace& live, bool on) {
    const bool was = live.snapshot().throttled_by_command;
    live.change([&](throttle::pace& pace) { pace.throttled_by_command = on; });
    if (was != on)
        tell_command(on ? "rows wait until they are told to go on"
                        : "nothing is told to wait any more");
}

}  // namespace segue::cli
