#pragma once

#include "src/db/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::throttle {

/// A status variable and the value from which on it is too much.
struct load_limit {
    std::string variable;    ///< As in SHOW GLOBAL STATUS, in any letter case.
    std::int64_t limit = 0;  ///< Zero or less: always reached.
    bool operator==(const load_limit&) const = default;
};

/// A limit, and the value that reached it.
struct limit_reached {
    load_limit which;
    std::uint64_t value = 0;
};

/// The first limit that is reached, by rows of {Variable_name, Value}. Throws segue::error when a
/// variable is missing or is not a whole number, unless a limit before it was reached.
std::optional<limit_reached> first_reached(const std::vector<load_limit>& limits,
                                           const std::vector<db::row>& status);

/// A limit that no reading could ever be held against.
struct unreadable_limit {
    std::string variable;
    std::string why;
    std::vector<std::string> nearest;  ///< Variables that may have been meant; empty: none is near.
};

/// Which of the limits could never be held against a reading, by rows of {Variable_name, Value} of
/// all status variables. Pure.
std::vector<unreadable_limit> unreadable_limits(const std::vector<load_limit>& limits,
                                                const std::vector<db::row>& status);

/// The statement that gives first_reached() its rows. Precondition: `limits` is not empty.
std::string status_query(const std::vector<load_limit>& limits);

/// The flag, and behind it the variables' names with commas: "max-load Threads_running".
std::string names_of(const std::vector<load_limit>& limits, std::string_view flag);

}  // namespace segue::throttle
