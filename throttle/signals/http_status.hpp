#pragma once

#include <chrono>
#include <string>

namespace segue::throttle {

/// The status code that a HEAD request is answered with. Redirections are followed, ten at most. Of
/// https the certificate and its name are checked against the system's. Blocks for `limit` at most;
/// throws segue::error where no answer came.
/// https://datatracker.ietf.org/doc/html/rfc9110#name-head
unsigned http_status(const std::string& url, std::chrono::milliseconds limit);

}  // namespace segue::throttle
