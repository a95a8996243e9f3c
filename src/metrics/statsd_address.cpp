#include "src/metrics/statsd_address.hpp"

#include "src/base/error.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>
#include <sys/un.h>

namespace segue::metrics {

statsd_address parse_statsd_address(const std::string& text) {
    constexpr std::string_view unix_prefix = "unix://";
    const auto wrong = [&] {
        return error(fmt::format("\"{}\" is not host:port, [address]:port or unix:///path", text));
    };
    if (text.starts_with(unix_prefix)) {
        statsd_address found{.host = "", .port = 0, .unix_path = text.substr(unix_prefix.size())};
        if (!found.unix_path.starts_with('/') ||
            found.unix_path.size() >= sizeof(sockaddr_un::sun_path))
            throw wrong();
        return found;
    }
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) throw wrong();
    std::string host = text.substr(0, colon);
    const std::string_view digits = std::string_view(text).substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string::npos)
        throw wrong();
    std::uint16_t port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (host.empty() || port == 0 || read.ec != std::errc{} ||
        read.ptr != digits.data() + digits.size())
        throw wrong();
    return {.host = std::move(host), .port = port, .unix_path = ""};
}

}  // namespace segue::metrics
