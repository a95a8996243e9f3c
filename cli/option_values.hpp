#pragma once

#include "src/wire/connection_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

/// A status variable, and the value from which on it is too much.
struct status_limit {
    std::string name;
    std::int64_t limit = 0;
    bool operator==(const status_limit&) const = default;
};

/// "Threads_running=25,Threads_connected=500"; empty text is no limit. Throws error for anything
/// else.
std::vector<status_limit> parse_status_limits(std::string_view text);

/// "host:port,host2,[::1]:3307", port 3306 where none is given; empty text is none. Throws error.
std::vector<wire::endpoint> parse_endpoints(std::string_view text);

}  // namespace segue::cli
