#pragma once

#include "src/sql/sql_tokenizer.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace segue::sql {

/// CREATE INDEX or DROP INDEX ... ON, which are statements of their own.
struct index_statement {
    std::string_view name;              ///< "CREATE INDEX" or "DROP INDEX".
    std::optional<std::string> schema;  ///< As written before the table's name, if there.
    std::string table;
    std::string
        as_clause;  ///< What to write in its place as a clause of ALTER TABLE on that table.
};

/// Reads CREATE INDEX or DROP INDEX; nullopt for anything else. `options` are the tokens of `text`
/// behind ALTER TABLE t. Pure.
std::optional<index_statement> read_index_statement(std::string_view text,
                                                    std::span<const sql_token> options);

}  // namespace segue::sql
