#pragma once

#include "src/schema/key_column.hpp"
#include "src/schema/table_definition.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// Answers which column of the original a column of the new table carries on; nullopt for a new
/// one.
using source_of = std::function<std::optional<std::string>(std::string_view target_column)>;

/// The columns that name a row, in the order of the original's index.
struct row_key {
    std::string source_index;  ///< For FORCE INDEX on the original.
    std::string target_index;
    std::vector<key_column> columns;

    bool is_primary() const { return source_index == "PRIMARY"; }
    /// Whether the client may order key values as the server's index does.
    bool ordered() const {
        return std::all_of(columns.begin(), columns.end(),
                           [](const key_column& one) { return one.ordered(); });
    }
};

/// What became of each unique index of the original, for the operator.
struct key_choice {
    std::optional<row_key> chosen;
    std::string explanation;  ///< A line for each candidate: chosen, or why not.
};

struct key_conditions {
    /// binlog_row_image is FULL: row events hold the columns of every key, not of the primary key
    /// alone.
    bool full_images = true;
    /// Every moment has one name in the sessions' time zone, so TIMESTAMP columns may be in a key.
    bool unambiguous_times = false;
};

/// Chooses the key: columns of a NOT NULL unique index that both tables have, of the same type in
/// both. The primary key comes first if the client can order it; then keys that it can order before
/// others, the primary key before others, few and narrow columns before many and wide ones.
key_choice choose_key(const table_definition& original, const table_definition& target,
                      const source_of& source_of_target, const key_conditions& under = {});

}  // namespace segue::schema
