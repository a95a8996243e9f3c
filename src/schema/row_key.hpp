#pragma once

#include "src/schema/table_definition.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// Answers which column of the original a column of the new table carries on; nullopt for a new
/// one.
using source_of = std::function<std::optional<std::string>(std::string_view target_column)>;

/// The kinds of key columns there are. The client may order all of these by their decoded values.
enum class key_type { signed_integer, unsigned_integer };

struct key_column {
    std::string source;    ///< Name in the original.
    std::string target;    ///< Name in the new table.
    unsigned ordinal = 0;  ///< In the original, from 0.
    key_type type = key_type::signed_integer;
};

/// The columns that name a row, in the order of the original's index.
struct row_key {
    std::string source_index;  ///< For FORCE INDEX on the original.
    std::string target_index;
    std::vector<key_column> columns;

    bool is_primary() const { return source_index == "PRIMARY"; }
};

/// What became of each unique index of the original, for the operator.
struct key_choice {
    std::optional<row_key> chosen;
    std::string explanation;  ///< Why the chosen one; or, line by line, why none serves.
};

/// Chooses the key: columns of a NOT NULL unique index that both tables have, of the same type in
/// both. The primary key comes first, then the index with the fewest columns.
key_choice choose_key(const table_definition& original, const table_definition& target,
                      const source_of& source_of_target);

}  // namespace segue::schema
