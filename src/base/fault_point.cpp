#include "src/base/fault_point.hpp"

namespace segue::fault {

bool rule_taken_out(std::string_view) noexcept {
    return false;
}

void point(std::string_view) {}

}  // namespace segue::fault
