#include "throttle/http_url.hpp"

#include "src/base/error.hpp"

#include <fmt/format.h>

namespace segue::throttle {

http_url parse_url(std::string_view url) {
    const auto wrong = [&] {
        return error(fmt::format("'{}' is no URL, as http://host:port/path", url));
    };
    http_url made;
    std::string_view rest = url;
    made.tls = rest.starts_with("https://");
    if (!made.tls && !rest.starts_with("http://")) throw wrong();
    rest.remove_prefix(made.tls ? 8 : 7);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority.size());
    rest = rest.substr(0, rest.find('#'));
    made.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
    const std::string_view place = authority.substr(authority.rfind('@') + 1);
    const bool bracketed = place.starts_with('[');
    const auto host_end = bracketed ? place.find(']') : place.rfind(':');
    if (bracketed && host_end == place.npos) throw wrong();
    made.host = bracketed ? place.substr(1, host_end - 1) : place.substr(0, host_end);
    const std::string_view behind =
        host_end == place.npos ? std::string_view() : place.substr(host_end + (bracketed ? 1 : 0));
    made.port = made.tls ? "443" : "80";
    if (!behind.empty()) {
        made.port = behind.substr(1);
        if (behind.front() != ':' || made.port.empty() ||
            made.port.find_first_not_of("0123456789") != made.port.npos)
            throw wrong();
    }
    for (const char one : made.host + made.target)
        if (static_cast<unsigned char>(one) <= ' ') throw wrong();
    if (made.host.empty()) throw wrong();
    return made;
}

std::string host_header(const http_url& url) {
    const std::string name = url.host.find(':') == url.host.npos ? url.host : "[" + url.host + "]";
    const bool usual = url.port == (url.tls ? "443" : "80");
    return usual ? name : name + ":" + url.port;
}

std::string followed_to(const http_url& from, const std::string& location) {
    if (!location.starts_with('/')) return location;
    return fmt::format("{}://{}{}", from.tls ? "https" : "http", host_header(from), location);
}

}  // namespace segue::throttle
