#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/views/record_table.hpp"

#include <map>
#include <optional>
#include <string>

namespace segue::views {

/// A view as the server has it now.
/// https://dev.mysql.com/doc/refman/8.4/en/information-schema-views-table.html
struct seen_view {
    std::string definition;
    bool updatable = false;
    std::string definer;
    std::string security;
};

/// All views of a schema that the account can see, by name. Blocks; throws segue::error.
std::map<std::string, seen_view> see_views(db::session& session, const std::string& schema);

/// One of them; nullopt: there is no such view that the account can see.
std::optional<seen_view> see_view(db::session& session, const table_name& view);

/// What of the view is not as it was made, a part of a sentence; empty: nothing. Pure.
std::string changed_since(const made_view& made, const seen_view& now);

}  // namespace segue::views
