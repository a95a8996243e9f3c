#include "src/base/refusal.hpp"

#include "src/base/error.hpp"

#include <fmt/format.h>

namespace segue {

void throw_refusals(const std::vector<refusal>& refusals) {
    if (!refusals.empty()) throw refused(refusals);
}
}  // namespace segue
