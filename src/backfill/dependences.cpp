#include "src/backfill/dependences.hpp"

#include "src/base/table_name.hpp"
#include "src/schema/column_line.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

using schema::set_column;

// As the table has it.
std::string stored_name(const set_column& set, const schema::table_definition& table) {
    const schema::column* const column = table.find_column(set.target);
    return column == nullptr ? set.target : column->name;
}

bool is_in_primary_key(const schema::table_definition& table, std::string_view column) {
    return std::ranges::any_of(table.indexes, [&](const schema::index& one) {
        return one.is_primary() && std::ranges::any_of(one.parts, [&](const auto& part) {
                   return sql::same_name(part.column, column);
               });
    });
}

}  // namespace

std::set<std::string> changed_with(std::span<const std::string> written,
                                   const schema::table_definition& table) {
    std::set<std::string> changed(written.begin(), written.end());
    // A generated column reads such generated ones alone that stand before it.
    for (const schema::column& one : table.columns) {
        if (!one.generated) continue;
        const std::string_view line = schema::column_line(table, one.name);
        if (std::ranges::any_of(changed, [&](const std::string& name) {
                return line.find(quoted_name(name), 1) != line.npos;
            }))
            changed.insert(one.name);
    }
    return changed;
}

std::vector<refusal> obstacles_in(std::span<const set_column> sets,
                                  const schema::table_definition& table,
                                  const schema::row_key& key) {
    std::vector<refusal> found;
    for (const set_column& one : sets) {
        const std::string name = stored_name(one, table);
        if (is_in_primary_key(table, name) ||
            std::ranges::any_of(key.columns, [&](const auto& part) { return part.source == name; }))
            found.push_back({fmt::format("{} is a column of the key {}, by which rows are walked "
                                         "over",
                                         quoted_name(name), quoted_name(key.source_index)),
                             "Rows whose key changes could be met twice, or never. Set another "
                             "column, or change the key by a migration."});
        for (const set_column& other : sets) {
            if (&other == &one) continue;
            const std::string written = stored_name(other, table);
            const auto changed = changed_with(std::span(&written, 1), table);
            for (const std::string& read : one.reads)
                if (changed.contains(read))
                    found.push_back(
                        {fmt::format("the expression of {} reads {}, which {}", quoted_name(name),
                                     quoted_name(read),
                                     read == written
                                         ? "another --set writes"
                                         : fmt::format("depends on {}, and another --set writes "
                                                       "that",
                                                       quoted_name(written))),
                         "What it would read depends on the order of the assignments. Write what "
                         "that column is made from in its place, or run two backfills."});
        }
    }
    return found;
}

std::vector<refusal> obstacles_to_differing(std::span<const set_column> sets,
                                            const schema::table_definition& table,
                                            std::string_view where, bool has_where) {
    std::vector<refusal> found;
    for (const set_column& one : sets) {
        const std::string name = stored_name(one, table);
        if (one.deterministic) continue;
        if (!has_where || where.find(quoted_name(name)) == where.npos)
            found.push_back(
                {fmt::format("{} would get another value with each run", quoted_name(name)),
                 fmt::format("Let --where say which rows want one: --where \"{} IS NULL\".",
                             quoted_name(name))});
    }
    return found;
}

bool reads_what_it_writes(std::span<const set_column> sets, const schema::table_definition& table,
                          bool touch) {
    std::vector<std::string> written;
    for (const set_column& one : sets) written.push_back(stored_name(one, table));
    if (touch)
        for (const schema::column& one : table.columns)
            if (one.sets_itself_on_update) written.push_back(one.name);
    const auto changed = changed_with(written, table);
    return std::ranges::any_of(sets, [&](const set_column& one) {
        return std::ranges::any_of(one.reads,
                                   [&](const auto& read) { return changed.contains(read); });
    });
}

}  // namespace segue::backfill
