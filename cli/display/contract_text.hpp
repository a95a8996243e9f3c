#pragma once

#include "src/contract/plan.hpp"

#include <string>

#include <nlohmann/json.hpp>

/// What is told of a contract before its migration: to people, and to programs as JSON. Pure.
namespace segue::display {

std::string contract_text(const contract::plan& made);
nlohmann::json contract_fields(const contract::plan& made);

}  // namespace segue::display
