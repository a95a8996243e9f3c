#pragma once

#include "src/wire/connection_options.hpp"
#include "throttle/load_limits.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

/// "Threads_running=25,Threads_connected=500"; empty text is no limit. Throws error for anything
/// else.
std::vector<throttle::load_limit> parse_status_limits(std::string_view text);

/// "env:prod,service:orders", `key:value` each; empty text is none. Throws error.
std::vector<std::string> parse_tags(std::string_view text);

/// "7d", "12h", "30m", "90s" or "0"; throws error for anything else.
std::chrono::seconds parse_span(std::string_view text);

/// "host:port,host2,[::1]:3307", port 3306 where none is given; empty text is none. Throws error.
std::vector<wire::endpoint> parse_endpoints(std::string_view text);

}  // namespace segue::cli
