#pragma once

#include "src/sql/clause_list.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <optional>
#include <span>

namespace segue::sql {

/// ALGORITHM or LOCK as a clause of its own, which changes nothing.
struct how_to_run {
    /// Why the clause is refused: MySQL knows no such value. nullptr: it is left out.
    const reason_and_remedy* refused = nullptr;
};

/// Reads a clause ALGORITHM or LOCK; nullopt for anything else, and for what MySQL could not read.
/// Pure.
std::optional<how_to_run> read_how_to_run(std::span<const sql_token> clause);

}  // namespace segue::sql
