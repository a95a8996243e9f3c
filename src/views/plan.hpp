#pragma once

#include "src/db/session.hpp"
#include "src/views/place.hpp"
#include "src/views/record_table.hpp"
#include "src/views/task.hpp"
#include "src/views/view_design.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::views {

/// What becomes of a view.
enum class fate {
    made,
    replaced,  ///< One of ours is there, and is another.
    as_it_is
};

/// A view that is wanted.
struct planned_view {
    made_view wanted;  ///< As it is written down when it is made.
    fate is = fate::made;
    std::string statement;  ///< CREATE VIEW, without a semicolon.
    /// Of one that is replaced: how its columns differ, and its rights; a part of a sentence each.
    std::vector<std::string> changes = {};
};

/// Everything that is known before a view is made.
struct plan {
    task asked;  ///< With names as the server stores them.
    place at;
    bool makes_schema = false;
    std::string schema_statement;     ///< CREATE DATABASE, without a semicolon.
    std::vector<planned_view> views;  ///< By their names.
    std::vector<std::string> notices = {};

    bool has_nothing_to_do() const;
};

/// Every check, and each view tried on an empty copy of its table, which is dropped again. Nothing
/// else is made. The session claims the views over the schema as long as it lives. Throws
/// segue::error that lists what stands in the way, with remedies, and `stopped`. Blocks.
plan inspect(db::session& session, task asked, const std::stop_token& stop);

}  // namespace segue::views
