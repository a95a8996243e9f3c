#pragma once

#include "tests/matrix/matrix.hpp"

#include <string>
#include <vector>

namespace segue::matrix {

/// What was tried on one server.
struct server_result {
    std::string version;
    std::vector<pair_result> pairs;
    unsigned runs = 0;                           ///< Of Segue's own process.
    unsigned runs_killed = 0;                    ///< Of these killed in the copy, and gone on with.
    std::vector<std::string> differing_in_runs;  ///< run_segue()'s.

    bool equal() const;
};

/// For a terminal: the numbers, and each difference.
std::string summary(const server_result& result);

/// docs/conversions.md.
std::string page(const std::vector<server_result>& results);

}  // namespace segue::matrix
