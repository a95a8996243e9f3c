#include "throttle/known_limits.hpp"

namespace segue::throttle {

std::vector<std::string> whole_numbers(const std::vector<db::row>& status) {
    std::vector<std::string> names;
    for (const auto& row : status) {
        if (row.size() != 2 || !row[0] || !row[1] || row[1]->empty()) continue;
        if (row[1]->find_first_not_of("0123456789") == row[1]->npos) names.push_back(*row[0]);
    }
    return names;
}

std::vector<unreadable_limit> unknown_limits(const std::vector<load_limit>& limits,
                                             const std::vector<std::string>& known) {
    std::vector<db::row> status;
    for (const auto& name : known) status.push_back({name, "0"});
    return unreadable_limits(limits, status);
}

}  // namespace segue::throttle
