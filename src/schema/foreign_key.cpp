#include "src/schema/foreign_key.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace segue::schema {
namespace {

bool is_action(const std::string& rule) {
    return rule != "RESTRICT" && rule != "NO ACTION";
}

std::string prefix_of(std::string_view table) {
    return std::string(table) + "_ibfk_";
}

}  // namespace

std::string list_of(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + quoted_name(name);
    return list;
}

bool foreign_key::has_action() const {
    return is_action(on_update) || is_action(on_delete);
}

std::vector<foreign_key> read_foreign_keys(db::session& session, const table_name& table) {
    std::vector<foreign_key> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT c.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA,
                  k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, c.UPDATE_RULE, c.DELETE_RULE
                FROM information_schema.REFERENTIAL_CONSTRAINTS c
                JOIN information_schema.KEY_COLUMN_USAGE k
                  ON k.CONSTRAINT_SCHEMA=c.CONSTRAINT_SCHEMA AND k.TABLE_NAME=c.TABLE_NAME
                    AND k.CONSTRAINT_NAME=c.CONSTRAINT_NAME
                WHERE c.CONSTRAINT_SCHEMA={0} AND c.TABLE_NAME={1}
                  AND k.TABLE_SCHEMA={0} AND k.TABLE_NAME={1}
                  AND k.REFERENCED_TABLE_NAME IS NOT NULL
                ORDER BY 1, k.ORDINAL_POSITION)",
             quoted_literal(table.schema), quoted_literal(table.name)))) {
        const auto at = [&](std::size_t i) { return one[i].value_or(""); };
        if (found.empty() || found.back().name != at(0))
            found.push_back({.name = at(0),
                             .columns = {},
                             .parent = {at(2), at(3)},
                             .parent_columns = {},
                             .on_update = at(5),
                             .on_delete = at(6)});
        found.back().columns.push_back(at(1));
        found.back().parent_columns.push_back(at(4));
    }
    return found;
}

std::string text_of(const foreign_key& key) {
    // NO ACTION is what is meant where nothing is said, and SHOW CREATE TABLE prints it so.
    const auto rule = [](std::string_view event, const std::string& what) {
        return what == "NO ACTION" ? "" : fmt::format(" ON {} {}", event, what);
    };
    return fmt::format("FOREIGN KEY ({}) REFERENCES {} ({}){}{}", list_of(key.columns),
                       key.parent.quoted(), list_of(key.parent_columns),
                       rule("DELETE", key.on_delete), rule("UPDATE", key.on_update));
}

std::string generated_key_name(std::string_view table, std::uint64_t number) {
    return prefix_of(table) + std::to_string(number);
}

std::optional<std::uint64_t> number_in_key_name(std::string_view name, std::string_view table) {
    const std::string prefix = prefix_of(table);
    if (!name.starts_with(prefix)) return std::nullopt;
    name.remove_prefix(prefix.size());
    std::uint64_t number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (read.ec != std::errc{} || read.ptr != name.data() + name.size() || name.front() == '0')
        return std::nullopt;
    return number;
}

}  // namespace segue::schema
