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
    std::string target_index;  ///< Finds rows of the new table by the whole key.
    std::vector<key_column> columns;
    /// The new table has a unique index over the same columns, in which the same values are equal.
    /// Else that table does not keep one row for each key, or keeps two keys from being there at
    /// once: rows are deleted by the whole key and inserted anew, never written over one another.
    bool same_in_target = true;

    bool is_primary() const { return source_index == "PRIMARY"; }
    /// Whether the client may order key values as the server's index does.
    bool ordered() const {
        return std::all_of(columns.begin(), columns.end(),
                           [](const key_column& one) { return one.ordered(); });
    }
    /// Whether rows of the new table are told apart by the bytes of a column
    /// (key_column::by_bytes).
    bool by_bytes() const {
        return std::any_of(columns.begin(), columns.end(),
                           [](const key_column& one) { return one.by_bytes; });
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

/// Chooses the key: the columns of a NOT NULL unique index of the original that the new table has,
/// too, as carry_into_target() allows, with an index there that begins with them, or a unique one
/// whose columns are all among them. Keys that the client can order come before others, then keys
/// that are the same in both tables, then the primary key, few and narrow columns before many and
/// wide ones.
key_choice choose_key(const table_definition& original, const table_definition& target,
                      const source_of& source_of_target, const key_conditions& under = {});

}  // namespace segue::schema
