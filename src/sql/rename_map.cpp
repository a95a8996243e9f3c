#include "src/sql/rename_map.hpp"

#include "src/base/error.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace segue::sql {
namespace {

bool renames(clause_kind kind) {
    return kind == clause_kind::change_column || kind == clause_kind::rename_column;
}

}  // namespace

std::optional<std::string> rename_map::source_of(std::string_view new_name) const {
    for (const auto& column : columns_) {
        if (column.target.empty() || !same_name(column.target, new_name)) continue;
        if (column.source.empty()) return std::nullopt;
        return column.source;
    }
    throw error(
        fmt::format("the ALTER does not tell where column {} comes from", quoted_name(new_name)));
}

std::optional<std::string> rename_map::target_of(std::string_view old_name) const {
    for (const auto& column : columns_)
        if (!column.source.empty() && !column.target.empty() && same_name(column.source, old_name))
            return column.target;
    return std::nullopt;
}

std::vector<rename_map::column_change> rename_map::changes() const {
    std::vector<column_change> changed;
    std::ranges::copy_if(columns_, std::back_inserter(changed),
                         [](const column_change& c) { return c.source != c.target; });
    return changed;
}

rename_map column_mapping(const alter_statement& statement,
                          const std::vector<std::string>& original_columns,
                          renamed_columns become) {
    rename_map map;
    std::map<std::string, std::size_t> place_of;  // folded original name -> its place
    for (const auto& name : original_columns) {
        place_of.emplace(fold_case(name), map.columns_.size());
        map.columns_.push_back({name, name});
    }
    std::vector<bool> taken(map.columns_.size(), false);  // dropped or renamed
    const auto take = [&](const std::string& name) -> rename_map::column_change& {
        const auto found = place_of.find(fold_case(name));
        if (found == place_of.end())
            throw error(fmt::format("the ALTER names column {}, which the table does not have",
                                    quoted_name(name)));
        if (taken[found->second])
            throw error(
                fmt::format("the ALTER drops or renames column {} twice", quoted_name(name)));
        taken[found->second] = true;
        return map.columns_[found->second];
    };

    for (const auto& clause : statement.clauses) {
        if (clause.kind == clause_kind::drop_column)
            take(clause.column).target.clear();
        else if (renames(clause.kind))
            take(clause.renamed_from).target = clause.column;
    }
    for (const auto& clause : statement.clauses)
        if (clause.kind == clause_kind::add_column) map.columns_.push_back({"", clause.column});

    std::map<std::string, std::size_t> targets;
    for (const auto& column : map.columns_)
        if (!column.target.empty() && ++targets[fold_case(column.target)] > 1)
            throw error(fmt::format("the ALTER makes two columns of the name {}",
                                    quoted_name(column.target)));
    if (become == renamed_columns::carried_on) return map;
    for (const auto& [source, target] : renames_in(statement)) {
        map.columns_[place_of.at(fold_case(source))].target.clear();
        map.columns_.push_back({"", target});
    }
    return map;
}

std::vector<rename_map::column_change> renames_in(const alter_statement& statement) {
    std::vector<rename_map::column_change> found;
    for (const auto& clause : statement.clauses)
        if (renames(clause.kind) && !same_name(clause.renamed_from, clause.column))
            found.push_back({clause.renamed_from, clause.column});
    return found;
}

}  // namespace segue::sql
