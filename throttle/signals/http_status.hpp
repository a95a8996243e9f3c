#pragma once

#include <chrono>
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

/// The status code that a HEAD request is answered with. Redirections are followed, ten at most. Of
/// https the certificate and its name are checked against the system's. Blocks for `limit` at most;
/// throws segue::error where no answer came.
/// https://datatracker.ietf.org/doc/html/rfc9110#name-head
unsigned http_status(const std::string& url, std::chrono::milliseconds limit);

}  // namespace segue::throttle
