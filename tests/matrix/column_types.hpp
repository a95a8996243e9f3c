#pragma once

#include <string>
#include <vector>

namespace segue::matrix {

/// A column's type as CREATE TABLE takes it, and what is tried in it.
struct source_type {
    std::string definition;
    std::vector<std::string> literals;  ///< Those that strict mode does not take are left out.
    bool whole_run = false;             ///< Segue itself changes a table of it, too.
};

/// Every type that a column can be changed from, with edge values. NULL is tried with each.
std::vector<source_type> source_types();

/// Every type that a column can be changed to.
std::vector<std::string> target_types();

}  // namespace segue::matrix
