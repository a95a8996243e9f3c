#pragma once

#include "src/preflight/plan.hpp"

#include <string>
#include <vector>

namespace segue::rehearsal {

/// Queries by which rows of the original are found that the new table would refuse: values that do
/// not fit, and values that stand twice under a new unique index. Not all that there may be: what
/// only the server tells of each value is left out (datacheck/doubts.hpp). Each is a statement that
/// gives 0, or no row, where all is well. Pure.
std::vector<std::string> queries_for_refused_rows(const preflight::plan& made);

}  // namespace segue::rehearsal
