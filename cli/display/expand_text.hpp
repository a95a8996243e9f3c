#pragma once

#include "src/backfill/progress.hpp"
#include "src/expand/plan.hpp"

#include <string>

#include <nlohmann/json.hpp>

/// What is told of an expand: to people, and to programs as JSON. Pure.
namespace segue::display {

std::string expand_rehearsal_text(const expand::plan& found);
nlohmann::json expand_rehearsal_fields(const expand::plan& found);

std::string expand_end_text(const backfill::outcome& done, const expand::plan& made);
nlohmann::json expand_end_fields(const backfill::outcome& done, const expand::plan& made);

}  // namespace segue::display
