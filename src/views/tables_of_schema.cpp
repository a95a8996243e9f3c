#include "src/views/tables_of_schema.hpp"

#include "src/base/table_naming.hpp"
#include "src/new_table/twin_names.hpp"
#include "src/views/record_table.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace segue::views {
namespace {

// The names of what migrations, backfills and expands of the table make beside it, and trials of
// views.
void add_names_beside(const table_name& table, std::set<std::string>& names) {
    const migration_tables beside = migration_tables::of(table);
    for (const table_name& one : {beside.ghost, beside.old, beside.changelog, beside.checkpoint,
                                  backfill_state_beside(table, {}),
                                  expanded_state_beside(table, {}), view_trial_beside(table).table})
        names.insert(one.name);
    for (const table_name& one : preflight::tables_for_a_moment(beside)) names.insert(one.name);
}

// `_<t>_<YYYYMMDDhhmmss>_del`, as --timestamp-old-table names an old table.
bool has_a_time(std::string_view name) {
    constexpr std::string_view end = "_del";
    constexpr std::size_t digits = 14;
    if (!name.starts_with('_') || !name.ends_with(end)) return false;
    name.remove_suffix(end.size());
    if (name.size() < digits + 3 || name[name.size() - digits - 1] != '_') return false;
    return std::ranges::all_of(name.substr(name.size() - digits),
                               [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

tables_of_schema look_at_schema(db::session& session, const std::string& schema) {
    tables_of_schema found;
    std::vector<std::string> all;
    std::set<std::string> beside{std::string(record_name)};
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES
                WHERE TABLE_SCHEMA={} ORDER BY TABLE_NAME)",
             quoted_literal(schema)))) {
        const std::string name = one[0].value_or("");
        if (one[1] == "BASE TABLE") {
            all.push_back(name);
            add_names_beside({schema, name}, beside);
        } else if (name != view_trial_beside({schema, name}).view.name) {
            found.skipped.push_back(fmt::format("{} is a view itself, and gets none",
                                                table_name{schema, name}.quoted()));
        }
    }
    for (const std::string& name : all) {
        if (!beside.contains(name) && !has_a_time(name))
            found.tables.push_back(name);
        else if (name != record_name)
            found.skipped.push_back(
                fmt::format("{} is of the names that Segue gives tables of its own, and gets no "
                            "view",
                            table_name{schema, name}.quoted()));
    }
    return found;
}

}  // namespace segue::views
