#pragma once

#include "src/sql/alter_text.hpp"

#include <string>
#include <vector>

namespace segue::sql {

/// The ALTER without its clauses DROP FOREIGN KEY and DROP CONSTRAINT of these names: one for a
/// table that has no such foreign keys. Where nothing is left, its options_text is empty and it has
/// no clauses. Clauses that are to be left out inside of a /*! comment are a refusal in it.
/// Precondition: no refusals. Pure.
alter_statement without_foreign_keys(const alter_statement& alter,
                                     const std::vector<std::string>& names);

}  // namespace segue::sql
