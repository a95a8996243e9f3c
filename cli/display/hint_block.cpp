#include "cli/display/hint_block.hpp"

#include "src/base/flag_file.hpp"

#include <array>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace segue::display {
namespace {

std::string flag_line(std::string_view flag, const std::string& path) {
    if (path.empty()) return "";
    const auto state = look_at_flag_file(path);
    if (!state.unknown_because.empty())
        return fmt::format("# {}: {} [set: it cannot be looked at, {}]\n", flag, path,
                           state.unknown_because);
    return fmt::format("# {}: {} {}\n", flag, path, state.set ? "[set]" : "");
}

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string limits_text(const std::vector<throttle::load_limit>& limits) {
    std::string text;
    for (const auto& one : limits)
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", one.variable, one.limit);
    return text;
}

std::string chunk_size_text(const throttle::pace& of) {
    return of.chunk_rows ? std::to_string(*of.chunk_rows) : "adaptive";
}

std::string control_replicas_text(const throttle::pace& pace) {
    std::vector<std::string> all;
    for (const auto& one : pace.control_replicas) all.push_back(one.text());
    return fmt::format("{}", fmt::join(all, ","));
}

std::string hint_block(const hints& of) {
    std::string text;
    const auto add = [&](const std::string& line) { text += "# " + line + "\n"; };
    add(fmt::format("Migrating {}; Ghost table is {}", of.about.original.quoted(),
                    of.about.ghost.quoted()));
    add(fmt::format("Migrating {}; inspecting {}; executing on {}", of.about.primary.host,
                    of.about.inspected.host, host_name()));
    add(fmt::format("Migration started at {:%a %b %d %H:%M:%S %z %Y}",
                    fmt::localtime(std::chrono::system_clock::to_time_t(of.began))));
    add(fmt::format(
        "chunk-size: {}; max-lag-millis: {}ms; dml-batch-size: {}; max-load: {}; "
        "critical-load: {}; nice-ratio: {:.6f}",
        chunk_size_text(of.pace), of.pace.lag_max.count(), dml_batch_size,
        limits_text(of.pace.max_load), limits_text(of.pace.critical_load), of.pace.nice_ratio));
    add(fmt::format("Process id: {}", ::getpid()));
    text += flag_line("throttle-flag-file", of.throttling.flag_file);
    text += flag_line("throttle-additional-flag-file", of.throttling.additional_flag_file);
    if (!of.pace.throttle_query.empty())
        add(fmt::format("throttle-query: {}", of.pace.throttle_query));
    if (!of.pace.control_replicas.empty())
        add(fmt::format("throttle-control-replicas count: {}", of.pace.control_replicas.size()));
    if (of.pace.replay_paused)
        add("replaying is paused by command: the changes wait, and so does the cut-over, until "
            "resume-replay");
    text += flag_line("postpone-cut-over-flag-file", of.postpone_flag_file);
    if (!of.panic_flag_file.empty()) add("panic-flag-file: " + of.panic_flag_file);
    if (!of.at.unix_path.empty()) add("Serving on unix socket: " + of.at.unix_path);
    if (of.at.tcp_port != 0) add(fmt::format("Serving on TCP port: {}", of.at.tcp_port));
    return text;
}

}  // namespace segue::display
