#pragma once

#include "src/schema/projection.hpp"
#include "src/schema/row_key.hpp"

#include <string>

namespace segue::carry {

/// From a table to one of the same columns and keys.
inline schema::projection same_columns(db::session& session, const table_name& source,
                                       const table_name& target) {
    const auto from = *schema::read_table(session, source);
    const auto to = *schema::read_table(session, target);
    const schema::source_of itself = [](std::string_view name) { return std::string(name); };
    const auto key = schema::choose_key(from, to, itself);
    return schema::make_projection(from, to, *key.chosen, itself);
}

}  // namespace segue::carry
