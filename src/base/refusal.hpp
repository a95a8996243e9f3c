#pragma once

#include "src/base/error.hpp"

#include <string>
#include <vector>

namespace segue {

/// Something that stands in the way, and what the operator can do about it.
struct refusal {
    std::string problem;
    std::string remedy;
};

/// One error that lists them all.
error refused(const std::vector<refusal>& refusals);

/// Throws it, if there are any.
void throw_refusals(const std::vector<refusal>& refusals);

}  // namespace segue
