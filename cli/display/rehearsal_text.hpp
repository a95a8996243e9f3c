#pragma once

#include "src/migration/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace segue::display {

/// What a rehearsal prints: the columns, the key, the size, the new table, the steps that a run
/// would take, and what it would meet. Pure.
std::string rehearsal_text(const preflight::plan& made, const migration::settings& with,
                           const std::vector<std::string>& warnings);

/// What columns that are set get in some rows, in lines. Pure.
std::string sample_text(std::span<const preflight::sampled_row> rows);

/// The statement that would make the new table, under the names that it has once it is swapped.
std::string statement_after_swap(const preflight::plan& made);

}  // namespace segue::display
