#include "src/base/error.hpp"

#include <utility>

namespace segue {

error::error(const std::string& message, error_properties properties)
    : std::runtime_error(message), properties_(std::move(properties)) {}

error error::in(std::string_view context) const {
    return error(std::string(context) + ": " + what(), properties_);
}

void require(bool holds, std::string_view invariant) {
    if (!holds) throw error("internal check failed: " + std::string(invariant));
}

}  // namespace segue
