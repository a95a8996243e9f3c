#pragma once

#include "src/tables/saved_state.hpp"
#include "src/verify/difference.hpp"

#include <vector>

namespace segue::verify {

/// How far a verification has come, and what it has found.
struct verified : tables::verified_rows {
    std::vector<difference> differences = {};  ///< As they were found.
    bool there_may_be_more = false;  ///< It ended at as many differences as were asked for.
};

}  // namespace segue::verify
