#include "src/preflight/table_obstacles.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/schema/foreign_key.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::preflight {

std::vector<refusal> shape_obstacles(const schema::table_definition& table) {
    if (table.table_type == "VIEW")
        return {{fmt::format("{} is a view", table.name.quoted()),
                 "Name the table itself; a view is changed by CREATE OR REPLACE VIEW."}};
    if (table.table_type != "BASE TABLE")
        return {{fmt::format("{} is a {}", table.name.quoted(), table.table_type),
                 "Only base tables can be migrated."}};
    if (table.engine != "InnoDB")
        return {{fmt::format("{} has the engine {}", table.name.quoted(), table.engine),
                 "Only InnoDB tables can be migrated: their rows are read in snapshots."}};
    return {};
}

std::vector<refusal> index_obstacles(const schema::table_definition& target) {
    std::vector<refusal> found;
    if (target.create_statement.find("\n  FULLTEXT KEY ") != std::string::npos &&
        target.find_column("FTS_DOC_ID") != nullptr)
        found.push_back(
            {"the new table has a FULLTEXT index and a column FTS_DOC_ID of your own",
             "InnoDB takes only growing numbers there (error 182), whatever the order in which "
             "rows "
             "are copied and change. Run this ALTER as a plain ALTER TABLE, or drop the column: "
             "InnoDB then keeps numbers of its own."});
    for (const schema::index& one : target.indexes) {
        const bool many = std::any_of(one.parts.begin(), one.parts.end(),
                                      [](const auto& part) { return part.multi_valued; });
        if (one.unique && many)
            found.push_back(
                {fmt::format("the index {} is unique and multi-valued (CAST ... ARRAY)",
                             quoted_name(one.name)),
                 "MySQL cannot tell which row holds a value in such an index (error 1032 from ON "
                 "DUPLICATE KEY UPDATE), so values that move between rows could not be followed. "
                 "Run this ALTER as a plain ALTER TABLE, or do without UNIQUE there."});
    }
    return found;
}

namespace {

// A child as the operator would write its name, and those of its keys that the account may see.
using keys_of_children = std::map<std::string, std::vector<std::string>>;

refusal child_obstacle(const std::string& child, const std::vector<std::string>& keys) {
    std::string drops;
    for (const std::string& key : keys)
        drops += fmt::format("{}DROP FOREIGN KEY {}", drops.empty() ? "" : ", ", quoted_name(key));
    return {fmt::format("a foreign key of the table {} refers to this table", child),
            fmt::format("It would follow the old table. Drop it before{}, and add it again after "
                        "the migration if it is needed. pt-online-schema-change would drop and add "
                        "it for you, after its swap "
                        "(--alter-foreign-keys-method=rebuild_constraints), or drop the original "
                        "before it renames the new table (drop_swap): for a moment there is no "
                        "key, or no table.",
                        drops.empty() ? "" : fmt::format(" (ALTER TABLE {} {};)", child, drops))};
}

// Of one that refers to the table itself unkept_foreign_keys() tells.
bool is_told_of(std::string_view child, const table_name& table, const taken_along& along) {
    return child == table.quoted() && along.foreign_keys_are == taken_along::own_keys::kept;
}

// Of the tables that the account may see. With the catalog the server finds them by an index;
// without it, it reads every foreign key.
std::vector<std::pair<table_name, std::string>> visible_keys_to(db::session& session,
                                                                const table_name& table) {
    std::vector<std::pair<table_name, std::string>> keys;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME
                FROM information_schema.REFERENTIAL_CONSTRAINTS
                WHERE UNIQUE_CONSTRAINT_CATALOG='def' AND UNIQUE_CONSTRAINT_SCHEMA={}
                  AND REFERENCED_TABLE_NAME={})",
             quoted_literal(table.schema), quoted_literal(table.name))))
        keys.push_back({{one[0].value_or(""), one[1].value_or("")}, one[2].value_or("")});
    return keys;
}

// InnoDB's name of a table: both names with a slash between, which either may have as well.
std::string from_inner_name(const std::string& inner) {
    const auto slash = inner.find('/');
    if (slash == inner.npos || slash != inner.rfind('/')) return inner;
    return table_name{inner.substr(0, slash), inner.substr(slash + 1)}.quoted();
}

// PROCESS may be taken away while a migration runs. Which foreign keys are made since the stream
// tells.
std::vector<db::row> inner_children(db::session& session, const table_name& table) {
    try {
        return session.query(fmt::format(R"(SELECT FOR_NAME FROM information_schema.INNODB_FOREIGN
                                            WHERE REF_NAME=CONCAT({},'/',{}))",
                                         quoted_literal(table.schema), quoted_literal(table.name)));
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::specific_access_denied_error) throw;
        return {};
    }
}

keys_of_children visible_children_of(db::session& session, const table_name& table) {
    keys_of_children children;
    for (const auto& [child, key] : visible_keys_to(session, table))
        children[child.quoted()].push_back(key);
    return children;
}

// All of the server.
keys_of_children children_of(db::session& session, const table_name& table,
                             const servers::server_facts& server) {
    if (!server.sees_transactions) return visible_children_of(session, table);
    keys_of_children children;
    std::set<std::string> inner_names;
    for (const auto& [child, key] : visible_keys_to(session, table)) {
        children[child.quoted()].push_back(key);
        inner_names.insert(child.schema + "/" + child.name);
    }
    for (const db::row& one : inner_children(session, table))
        if (const std::string inner = one[0].value_or(""); !inner_names.contains(inner))
            children[from_inner_name(inner)];
    return children;
}

std::vector<refusal> trigger_obstacles(db::session& session, const table_name& table,
                                       const taken_along& along) {
    if (along.includes_triggers) {
        const std::string changed = changed_trigger(session, table, along);
        if (changed.empty()) return {};
        return {{fmt::format("the trigger {} was made, changed or dropped since the start",
                             quoted_name(changed)),
                 "Start again: the new table's triggers are those that the table had then."}};
    }
    std::vector<refusal> found;
    const auto triggers = schema::read_triggers(session, table);
    for (const schema::trigger& one : along.left_behind)
        if (std::ranges::count(triggers, one) == 0)
            found.push_back({fmt::format("the trigger {} was changed or dropped since the start",
                                         quoted_name(one.name)),
                             "Until the swap it keeps two columns in step: start again once it is "
                             "as it was. The same `segue expand` makes it again."});
    for (const schema::trigger& one : triggers)
        if (std::ranges::count(along.left_behind, one) == 0)
            found.push_back(
                {fmt::format("the table has a trigger, {}", quoted_name(one.name)),
                 "It would stay on the old table. Drop it for the time of the migration, or say "
                 "--include-triggers and --trigger-suffix, which make it on the new table."});
    return found;
}

}  // namespace

// A cascade of the storage engine changes rows that no binary log tells. Of the server's own, since
// 9.6, it does.
// https://dev.mysql.com/doc/refman/9.6/en/create-table-foreign-keys.html
bool cascades_are_logged(db::session& session) {
    const auto found = session.query("SHOW GLOBAL VARIABLES LIKE 'innodb_native_foreign_keys'");
    return !found.empty() && found[0][1] == "OFF";
}

std::vector<std::string> visible_children(db::session& session, const table_name& table) {
    std::vector<std::string> names;
    for (const auto& [child, keys] : visible_children_of(session, table)) names.push_back(child);
    return names;
}

namespace {

std::vector<refusal> foreign_key_obstacles(db::session& session, const table_name& table,
                                           const taken_along& along) {
    const auto keys = schema::read_foreign_keys(session, table);
    std::vector<refusal> found;
    if (keys.empty()) return found;
    if (along.foreign_keys_are == taken_along::own_keys::kept) {
        const auto seen = schema::read_table(session, table);
        return seen ? unkept_foreign_keys(*seen, keys) : found;
    }
    for (const schema::foreign_key& key : keys) {
        if (along.foreign_keys_are == taken_along::own_keys::refused)
            found.push_back({fmt::format("the table has a foreign key, {}, to {}",
                                         quoted_name(key.name), quoted_name(key.parent.name)),
                             "Drop the foreign key."});
        else if (key.has_action() && !cascades_are_logged(session))
            found.push_back(
                {fmt::format("the table's foreign key {} to {} has a cascading action, whose "
                             "changes of rows stand in no binary log",
                             quoted_name(key.name), quoted_name(key.parent.name)),
                 "--discard-foreign-keys cannot follow them. Drop the foreign key before."});
    }
    return found;
}

}  // namespace

std::vector<refusal> obstacles_beside_definition(db::session& session, const table_name& table,
                                                 const taken_along& along) {
    std::vector<refusal> found = trigger_obstacles(session, table, along);
    keys_of_children children;
    for (const auto& [child, key] : visible_keys_to(session, table))
        children[child.quoted()].push_back(key);
    for (const auto& [child, keys] : children)
        if (!is_told_of(child, table, along)) found.push_back(child_obstacle(child, keys));
    return found;
}

std::vector<refusal> table_obstacles(db::session& session, const table_name& table,
                                     const servers::server_facts& server,
                                     const taken_along& along) {
    std::vector<refusal> found = trigger_obstacles(session, table, along);
    const auto keys = foreign_key_obstacles(session, table, along);
    found.insert(found.end(), keys.begin(), keys.end());
    for (const auto& [child, child_keys] : children_of(session, table, server))
        if (!is_told_of(child, table, along)) found.push_back(child_obstacle(child, child_keys));
    return found;
}

}  // namespace segue::preflight
