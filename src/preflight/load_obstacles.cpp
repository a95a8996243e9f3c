#include "src/preflight/load_obstacles.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

void add(std::vector<refusal>& refusals, std::string_view flag,
         const std::vector<throttle::load_limit>& limits, const std::vector<db::row>& status) {
    for (const auto& one : throttle::unreadable_limits(limits, status))
        refusals.push_back(
            {fmt::format("--{} cannot be watched: {}", flag, one.why),
             one.nearest.empty()
                 ? "SHOW GLOBAL STATUS has the names; those that are whole numbers can be watched."
                 : fmt::format("Was {} meant?", fmt::join(one.nearest, ", "))});
}

}  // namespace

std::vector<refusal> load_obstacles(const std::vector<db::row>& status,
                                    const throttle::pace& pace) {
    std::vector<refusal> refusals;
    add(refusals, "max-load", pace.max_load, status);
    add(refusals, "critical-load", pace.critical_load, status);
    return refusals;
}

}  // namespace segue::preflight
