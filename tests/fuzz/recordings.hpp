#pragma once

#include "tests/fuzz/target.hpp"

#include <vector>

namespace segue::fuzz {

/// A recorded binary log, of tests/unit/binlog/data.
struct recording {
    bool anonymous = false;  ///< Without GTIDs.
    input events;            ///< Without the four bytes at a file's start, and without checksums.
};

std::vector<recording> recordings();

}  // namespace segue::fuzz
