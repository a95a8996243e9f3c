#include "cli/command_line/option_values.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace segue::cli {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(' ');
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

/// Between commas; none for blank text.
std::vector<std::string_view> elements(std::string_view text) {
    std::vector<std::string_view> all;
    if (trimmed(text).empty()) return all;
    for (;;) {
        const auto comma = text.find(',');
        all.push_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) return all;
        text.remove_prefix(comma + 1);
    }
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return number;
}

bool may_be_in_a_host(char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte > ' ' && byte != 0x7F && letter != '[' && letter != ']';
}

wire::endpoint endpoint_of(std::string_view text) {
    const auto fail = [&]() -> error {
        // What stands before an @ may be a password.
        const bool shown = text.find('@') == text.npos;
        return error(fmt::format("{} is not host, host:port or [address]:port",
                                 shown ? fmt::format("\"{}\"", text) : "a server given"));
    };
    wire::endpoint server;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) throw fail();
        server.host = text.substr(1, close - 1);
        port = text.substr(close + 1);
    } else {
        const auto colon = text.find(':');
        server.host = text.substr(0, colon);
        if (colon != std::string_view::npos) port = text.substr(colon);
    }
    if (server.host.empty() || !std::ranges::all_of(server.host, may_be_in_a_host)) throw fail();
    if (port.empty()) return server;
    const auto number = number_of<std::uint16_t>(port.substr(1));
    if (port[0] != ':' || !number || *number == 0) throw fail();
    server.port = *number;
    return server;
}

}  // namespace

std::vector<throttle::load_limit> parse_status_limits(std::string_view text) {
    std::vector<throttle::load_limit> limits;
    for (const auto element : elements(text)) {
        const auto equals = element.find('=');
        const auto name = trimmed(element.substr(0, equals));
        const auto limit = equals == std::string_view::npos
                               ? std::nullopt
                               : number_of<std::int64_t>(trimmed(element.substr(equals + 1)));
        if (name.empty() || !limit)
            throw error(
                fmt::format("\"{}\" is not a status variable and its limit, as "
                            "Threads_running=25",
                            element));
        limits.push_back({std::string(name), *limit});
    }
    return limits;
}

std::vector<std::string> parse_tags(std::string_view text) {
    std::vector<std::string> tags;
    for (const auto element : elements(text)) {
        const auto colon = element.find(':');
        if (colon == 0 || colon == std::string_view::npos || colon + 1 == element.size())
            throw error(fmt::format("\"{}\" is not key:value, as env:prod", element));
        tags.emplace_back(element);
    }
    return tags;
}

std::chrono::seconds parse_span(std::string_view text) {
    const auto fail = [&] {
        return error(
            fmt::format("{} is not a number of days, hours, minutes or seconds: 7d, 12h, "
                        "30m, 90s, or 0",
                        text));
    };
    constexpr std::int64_t most = 100'000;
    const std::string_view unit = text.empty() ? "" : text.substr(text.size() - 1);
    const auto number = text == "0"
                            ? std::optional<std::int64_t>(0)
                            : number_of<std::int64_t>(text.substr(0, text.size() - unit.size()));
    if (!number || *number < 0 || *number > most) throw fail();
    if (*number == 0) return std::chrono::seconds(0);
    if (unit == "d") return std::chrono::hours(24 * *number);
    if (unit == "h") return std::chrono::hours(*number);
    if (unit == "m") return std::chrono::minutes(*number);
    if (unit == "s") return std::chrono::seconds(*number);
    throw fail();
}

std::vector<wire::endpoint> parse_endpoints(std::string_view text) {
    std::vector<wire::endpoint> servers;
    for (const auto element : elements(text)) servers.push_back(endpoint_of(element));
    return servers;
}

}  // namespace segue::cli
