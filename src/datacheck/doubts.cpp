#include "src/datacheck/doubts.hpp"

#include "src/base/table_name.hpp"
#include "src/datacheck/column_range.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/schema/key_column.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::datacheck {
namespace {

/// The two definitions, and how the columns of one become those of the other.
struct subject {
    const schema::table_definition& source;
    const schema::table_definition& target;
    const schema::projection& by;
    column_names named;

    std::string name_of(const std::string& column) const {
        return named == column_names::bare ? quoted_name(column)
                                           : source.name.quoted() + "." + quoted_name(column);
    }
    const schema::projected_column* projected(const std::string& of_target) const {
        const auto found =
            std::ranges::find(by.columns, of_target, &schema::projected_column::target);
        return found == by.columns.end() ? nullptr : &*found;
    }
};

// Two values that differ still do: the type is the same, or has more room.
bool keeps_apart(const schema::column& from, const schema::column& to) {
    if (kind_of(from) == value_kind::integer && kind_of(to) == value_kind::integer) return true;
    if (from.data_type != to.data_type || from.collation != to.collation) return false;
    const auto before = schema::numbers_of(from.column_type);
    const auto after = schema::numbers_of(to.column_type);
    if (before.empty() || after.empty()) return from.column_type == to.column_type;
    const bool members =
        kind_of(from) == value_kind::enumeration || kind_of(from) == value_kind::set;
    return before.size() == after.size() && !members &&
           std::ranges::equal(before, after, std::ranges::less_equal());
}

bool is_whole(const schema::index_part& part) {
    return !part.column.empty() && !part.is_prefix && !part.multi_valued;
}

// Then no two rows can be alike in them.
bool were_unique(const schema::table_definition& source, const std::set<std::string>& columns) {
    return std::ranges::any_of(source.indexes, [&](const schema::index& one) {
        return one.unique && std::ranges::all_of(one.parts, [&](const schema::index_part& part) {
                   return is_whole(part) && columns.contains(part.column);
               });
    });
}

std::optional<std::string> index_that_begins_with(const schema::table_definition& source,
                                                  const std::set<std::string>& columns) {
    for (const schema::index& one : source.indexes) {
        if (!one.visible || !one.finds_values || one.parts.size() < columns.size()) continue;
        const auto first = std::span(one.parts).first(columns.size());
        const bool serves = std::ranges::all_of(first, [&](const schema::index_part& part) {
            return is_whole(part) && columns.contains(part.column);
        });
        if (serves) return one.name;
    }
    return std::nullopt;
}

// By what two values of a text are alike in its new collation.
std::string compared_as(const schema::column& from, const schema::column& to,
                        const std::string& name, const std::string& expression) {
    if (kind_of(from) != value_kind::text || kind_of(to) != value_kind::text) return expression;
    return fmt::format("CONVERT({} USING {}) COLLATE {}", name, schema::charset_of(to.collation),
                       to.collation);
}

void add_unique(const subject& of, const schema::index& index, doubts& found) {
    unique_doubt made;
    made.index = index.name;
    std::set<std::string> columns;
    for (const schema::index_part& part : index.parts) {
        const auto* const by = is_whole(part) ? of.projected(part.column) : nullptr;
        const auto* const to = by != nullptr ? of.target.find_column(part.column) : nullptr;
        const auto* const from =
            to != nullptr && by->source ? of.source.find_column(*by->source) : nullptr;
        if (from == nullptr) {
            found.only_tried.push_back("the unique index " + quoted_name(index.name));
            return;
        }
        const std::string name = of.name_of(from->name);
        const bool apart = keeps_apart(*from, *to);
        made.by_columns = made.by_columns && apart;
        made.columns.push_back(from->name);
        made.values.push_back(apart ? name : compared_as(*from, *to, name, by->expression));
        columns.insert(from->name);
    }
    if (made.by_columns && were_unique(of.source, columns)) return;
    if (made.by_columns) made.source_index = index_that_begins_with(of.source, columns);
    found.unique.push_back(std::move(made));
}

// An index of the source that is as unique, over parts that are no columns of their own.
bool was_there(const subject& of, const schema::index& index) {
    const auto same = [](const schema::index_part& a, const schema::index_part& b) {
        return a.column == b.column && a.is_prefix == b.is_prefix &&
               a.multi_valued == b.multi_valued;
    };
    const auto line_of = [&](const std::string& statement) {
        const auto at = statement.find(" KEY " + quoted_name(index.name) + " ");
        return at == std::string::npos ? "" : statement.substr(at, statement.find('\n', at) - at);
    };
    const bool unchanged = std::ranges::all_of(index.parts, [&](const schema::index_part& part) {
        const auto* const from = of.source.find_column(part.column);
        const auto* const to = of.target.find_column(part.column);
        return part.column.empty() ||
               (from != nullptr && to != nullptr && from->column_type == to->column_type &&
                from->collation == to->collation);
    });
    const auto trimmed = [](std::string line) {
        if (line.ends_with(',')) line.pop_back();
        return line;
    };
    return unchanged && std::ranges::any_of(of.source.indexes, [&](const schema::index& one) {
               return one.unique && one.name == index.name &&
                      std::ranges::equal(one.parts, index.parts, same) &&
                      trimmed(line_of(of.source.create_statement)) ==
                          trimmed(line_of(of.target.create_statement));
           });
}

std::multiset<std::string> checks_of(const schema::table_definition& table) {
    std::multiset<std::string> texts;
    for (const auto& one : schema::check_constraints_of(table.create_statement))
        if (one.enforced()) texts.insert(one.text);
    return texts;
}

// They stand behind the table's options, and no line of theirs begins with a bracket.
std::string_view partitions_of(const schema::table_definition& table) {
    const std::string_view text = table.create_statement;
    const std::size_t options = text.rfind("\n)");
    const std::size_t at = options == text.npos ? text.npos : text.find("PARTITION BY", options);
    return at == text.npos ? "" : text.substr(at);
}

void add_what_is_computed(const subject& of, doubts& found) {
    for (const schema::column& to : of.target.columns) {
        if (!to.generated) continue;
        const auto* const from = of.source.find_column(to.name);
        if (from == nullptr || !from->generated || from->column_type != to.column_type)
            found.only_tried.push_back(quoted_name(to.name));
    }
    const auto before = checks_of(of.source);
    const auto after = checks_of(of.target);
    if (!std::ranges::includes(before, after)) found.only_tried.emplace_back("CHECK constraints");
    if (const auto now = partitions_of(of.target); !now.empty() && now != partitions_of(of.source))
        found.only_tried.emplace_back("the partitions");
}

}  // namespace

doubts doubts_of(const schema::table_definition& source, const schema::table_definition& target,
                 const schema::projection& by, column_names named) {
    const subject of{.source = source, .target = target, .by = by, .named = named};
    doubts found;
    for (const schema::projected_column& one : by.columns) {
        const auto* const from = one.source ? source.find_column(*one.source) : nullptr;
        const auto* const to = target.find_column(one.target);
        if (from == nullptr || to == nullptr) continue;
        const auto all = conditions_of(*from, *to, of.name_of(from->name));
        for (const value_condition& condition : all.conditions)
            found.values.push_back({.column = to->name, .condition = condition});
        if (!all.complete) found.only_tried.push_back(quoted_name(to->name));
    }
    for (const schema::index& index : target.indexes)
        if (index.unique && !was_there(of, index)) add_unique(of, index, found);
    add_what_is_computed(of, found);
    return found;
}

}  // namespace segue::datacheck
