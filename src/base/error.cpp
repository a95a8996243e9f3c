#include "src/base/error.hpp"

#include <utility>

namespace segue {

error::error(const std::string& message, error_properties properties)
    : std::runtime_error(message), properties_(std::move(properties)) {}

error error::in(std::string_view context) const {
    return error(std::string(context) + ": " + what(), properties_);
}

bool error::from_server() const noexcept {
    constexpr int client_first = 2000;
    constexpr int client_last = 2999;
    const int number = mysql_errno();
    return number != 0 && (number < client_first || number > client_last);
}

broken_invariant::broken_invariant(std::string_view invariant)
    : std::logic_error(
          "a fault of Segue itself, which ends it before it does harm; please report "
          "it. What should always hold: " +
          std::string(invariant)) {}

void require(bool holds, std::string_view invariant) {
    if (!holds) throw broken_invariant(invariant);
}

}  // namespace segue
