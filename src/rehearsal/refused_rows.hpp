#pragma once

#include "src/preflight/plan.hpp"

#include <string>
#include <vector>

namespace segue::rehearsal {

/// Queries by which rows of the original are found that the new table would refuse: text too long
/// for a column that is shorter there, NULL where it takes none, integers out of range, and values
/// that stand twice under a new unique index, as the original compares them. Not all that there may
/// be: conversions between other types are not told. Each is a statement that gives 0, or no row,
/// where all is well. Pure.
std::vector<std::string> queries_for_refused_rows(const preflight::plan& made);

}  // namespace segue::rehearsal
