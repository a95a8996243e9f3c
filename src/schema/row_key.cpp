#include "src/schema/row_key.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

namespace segue::schema {
namespace {

// A reason why an index does not serve, or nothing.
using obstacle = std::optional<std::string>;

bool is_integer(const column& candidate) {
    constexpr std::array names = {"tinyint", "smallint", "mediumint", "int", "bigint"};
    return std::find(names.begin(), names.end(), candidate.data_type) != names.end();
}

obstacle unfit_shape(const table_definition& table, const index& candidate) {
    if (!candidate.unique) return "it is not unique";
    if (!candidate.visible) return "it is invisible";
    for (const index_part& part : candidate.parts) {
        if (part.column.empty()) return "it has an expression";
        if (part.is_prefix)
            return fmt::format("it holds only a prefix of {}", quoted_name(part.column));
        const column* const held = table.find_column(part.column);
        require(held != nullptr, "an index names a column of its table");
        if (held->nullable) return fmt::format("{} can be NULL", quoted_name(part.column));
        if (held->generated)
            return fmt::format("{} is a generated column", quoted_name(part.column));
    }
    return std::nullopt;
}

const column* carried_on(const table_definition& target, std::string_view source,
                         const source_of& source_of_target) {
    for (const column& candidate : target.columns) {
        const auto from = source_of_target(candidate.name);
        if (from && same_name(*from, source)) return &candidate;
    }
    return nullptr;
}

const index* unique_index_over(const table_definition& target,
                               const std::vector<key_column>& columns) {
    for (const index& candidate : target.indexes) {
        if (unfit_shape(target, candidate) || candidate.parts.size() != columns.size()) continue;
        const bool same =
            std::all_of(columns.begin(), columns.end(), [&](const key_column& wanted) {
                return std::any_of(
                    candidate.parts.begin(), candidate.parts.end(),
                    [&](const index_part& part) { return same_name(part.column, wanted.target); });
            });
        if (same) return &candidate;
    }
    return nullptr;
}

// Fills `made` with the key over `candidate`, or tells why it cannot be one.
obstacle build(const table_definition& original, const table_definition& target,
               const source_of& source_of_target, const index& candidate, row_key& made) {
    if (auto reason = unfit_shape(original, candidate)) return reason;
    made.source_index = candidate.name;
    for (const index_part& part : candidate.parts) {
        const column& from = *original.find_column(part.column);
        if (!is_integer(from))
            return fmt::format("{} is {}: keys that are not integers are not supported yet",
                               quoted_name(from.name), from.column_type);
        if (part.descending)
            return fmt::format("{} is in descending order, which is not supported yet",
                               quoted_name(from.name));
        const column* const to = carried_on(target, from.name, source_of_target);
        if (to == nullptr) return fmt::format("the new table has no {}", quoted_name(from.name));
        if (!is_integer(*to) || to->data_type != from.data_type ||
            to->is_unsigned() != from.is_unsigned())
            return fmt::format("{} changes its type from {} to {}, and two keys could become equal",
                               quoted_name(from.name), from.column_type, to->column_type);
        made.columns.push_back(
            {.source = from.name,
             .target = to->name,
             .ordinal = from.ordinal,
             .type = from.is_unsigned() ? key_type::unsigned_integer : key_type::signed_integer});
    }
    const index* const there = unique_index_over(target, made.columns);
    if (there == nullptr) return "the new table has no unique index over the same columns";
    made.target_index = there->name;
    return std::nullopt;
}

}  // namespace

key_choice choose_key(const table_definition& original, const table_definition& target,
                      const source_of& source_of_target) {
    std::vector<const index*> candidates;
    for (const index& one : original.indexes)
        if (one.unique) candidates.push_back(&one);
    std::sort(candidates.begin(), candidates.end(), [](const index* a, const index* b) {
        return std::tuple(!a->is_primary(), a->parts.size(), a->name) <
               std::tuple(!b->is_primary(), b->parts.size(), b->name);
    });
    key_choice choice;
    for (const index* const candidate : candidates) {
        row_key made;
        if (const auto reason = build(original, target, source_of_target, *candidate, made)) {
            choice.explanation += fmt::format("{}: {}\n", quoted_name(candidate->name), *reason);
            continue;
        }
        choice.explanation += fmt::format(
            "{}: chosen, {}\n", quoted_name(candidate->name),
            candidate->is_primary() ? "the primary key" : "a NOT NULL unique index of both tables");
        choice.chosen = std::move(made);
        return choice;
    }
    if (candidates.empty()) choice.explanation = "the table has no unique index\n";
    return choice;
}

}  // namespace segue::schema
