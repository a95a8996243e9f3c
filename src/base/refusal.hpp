#pragma once

#include "src/base/error.hpp"

#include <string>
#include <vector>

namespace segue {

/// Something that stands in the way, and what the operator can do about it.
struct refusal {
    std::string problem;
    std::string remedy;  ///< In lines; what can be pasted, as a GRANT, has one of its own.
};

/// One error whose text lists all of `refusals`, each with its remedy on a line of its own.
error refused(const std::vector<refusal>& refusals);

/// Throws refused(refusals), unless there are none.
void throw_refusals(const std::vector<refusal>& refusals);

}  // namespace segue
