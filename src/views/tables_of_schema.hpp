#pragma once

#include "src/db/session.hpp"

#include <string>
#include <vector>

namespace segue::views {

/// What is in a schema over which views are made.
struct tables_of_schema {
    std::vector<std::string> tables;   ///< Of the application's, by their names.
    std::vector<std::string> skipped;  ///< A sentence each: views, and what is Segue's own.
};

/// Blocks; throws segue::error.
tables_of_schema look_at_schema(db::session& session, const std::string& schema);

}  // namespace segue::views
