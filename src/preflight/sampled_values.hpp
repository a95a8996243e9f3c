#pragma once

#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace segue::preflight {

/// The values that a query found of these columns, the first ones of `found`.
inline std::vector<sampled_row::value> values_of(std::span<const std::string> columns,
                                                 std::span<const db::value> found) {
    std::vector<sampled_row::value> values;
    for (std::size_t i = 0; i < columns.size(); ++i)
        values.push_back({.column = columns[i], .is = found[i]});
    return values;
}

}  // namespace segue::preflight
