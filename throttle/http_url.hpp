#pragma once

#include <string>
#include <string_view>

namespace segue::throttle {

/// A URL in its parts.
struct http_url {
    bool tls = false;  ///< https
    std::string host;
    std::string port;    ///< 80 or 443 where none is given.
    std::string target;  ///< Path and query, beginning with '/'.
    bool operator==(const http_url&) const = default;
};

/// "http://host:port/path?query"; IPv6 addresses in brackets. Throws segue::error for anything
/// else.
http_url parse_url(std::string_view url);

/// The header Host of a request for it: host, brackets and port as they are needed.
/// https://datatracker.ietf.org/doc/html/rfc9110#name-host-and-authority
std::string host_header(const http_url& url);

/// Where a redirection leads that answered a request for `from`: a location that begins with '/' is
/// one of the same server.
std::string followed_to(const http_url& from, const std::string& location);

}  // namespace segue::throttle
