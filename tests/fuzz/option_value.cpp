#include "cli/command_line/option_values.hpp"
#include "src/base/error.hpp"
#include "src/metrics/statsd_address.hpp"
#include "tests/fuzz/target.hpp"
#include "throttle/heartbeat_value.hpp"

#include <array>

namespace segue::fuzz {
namespace {

void check_endpoints(const std::string& text) {
    std::string all;
    const auto read = cli::parse_endpoints(text);
    for (const wire::endpoint& one : read) {
        must(!one.host.empty() && one.port != 0, "a server has a host and a port");
        all += (all.empty() ? "" : ",") + one.text();
    }
    must(
        readable(all, [](const std::string& one) { static_cast<void>(cli::parse_endpoints(one)); }),
        "what was printed can be read");
    const auto again = cli::parse_endpoints(all);
    must(again.size() == read.size(), "what was printed is as many servers");
    for (std::size_t i = 0; i < read.size(); ++i)
        must(again[i].host == read[i].host && again[i].port == read[i].port, "and the same");
}

void check_limits(const std::string& text) {
    for (const throttle::load_limit& one : cli::parse_status_limits(text))
        must(!one.variable.empty(), "a limit has a variable");
}

void check_tags(const std::string& text) {
    for (const std::string& one : cli::parse_tags(text)) must(!one.empty(), "a tag has a text");
}

void check_statsd(const std::string& text) {
    const auto read = metrics::parse_statsd_address(text);
    must(read.host.empty() != read.unix_path.empty(), "an address is of one kind");
    must(read.host.empty() || read.port != 0, "a host has a port");
}

void check_heartbeat(const std::string& text) {
    const auto read = throttle::parse_heartbeat(text);
    must(!read || throttle::format_heartbeat(*read) == text, "a moment is printed as it was read");
}

}  // namespace

// A value of a flag, of a command on the socket, or of a heartbeat row on a replica.
void run_option_value(std::span<const std::byte> bytes) {
    constexpr std::array checks = {check_endpoints, check_limits, check_tags, check_statsd,
                                   check_heartbeat};
    const std::size_t which = taken_choice(bytes, checks.size());
    static_cast<void>(readable(text_of(bytes), checks[which]));
}

std::vector<input> option_value_seeds() {
    std::vector<input> all;
    const auto add = [&all](unsigned which, std::initializer_list<std::string_view> texts) {
        for (input& one : inputs_of(which, texts)) all.push_back(std::move(one));
    };
    add(0, {"db1:3307,db2,[::1]:3308", "[fe80::1%eth0]"});
    add(1, {"Threads_running=25, Threads_connected=500", "x=-1"});
    add(2, {"env:prod,service:orders"});
    add(3, {"host:8125", "[::1]:8125", "unix:///run/statsd"});
    add(4, {"2026-08-07T12:34:56.123456789Z", "1970-01-01T00:00:00.000000000Z"});
    return all;
}

}  // namespace segue::fuzz
