#include "src/servers/read_only_refusal.hpp"

#include <fmt/format.h>

namespace segue::servers {

refusal read_only_refusal(const std::string& host, const std::string& super_read_only) {
    return {
        fmt::format("the server {} is read_only (super_read_only is {})", host, super_read_only),
        "Is it a replica, or the primary of before a failover? Then let --host name the "
        "primary, or a replica that knows it. If it is the primary and may be written: SET "
        "GLOBAL read_only=OFF; (which turns super_read_only off, too)."};
}

}  // namespace segue::servers
