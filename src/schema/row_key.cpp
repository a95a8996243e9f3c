#include "src/schema/row_key.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace segue::schema {
namespace {

// A reason why an index does not serve, or nothing.
using obstacle = std::optional<std::string>;

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

std::string shown_type(const column& one) {
    return one.collation.empty() ? one.column_type
                                 : fmt::format("{} collate {}", one.column_type, one.collation);
}

const column* carried_on(const table_definition& target, std::string_view source,
                         const source_of& source_of_target) {
    for (const column& candidate : target.columns) {
        const auto from = source_of_target(candidate.name);
        if (from && same_name(*from, source)) return &candidate;
    }
    return nullptr;
}

bool has_same_columns(const index& candidate, const std::vector<key_column>& columns,
                      bool in_order) {
    if (candidate.parts.size() != columns.size()) return false;
    if (in_order)
        return std::equal(candidate.parts.begin(), candidate.parts.end(), columns.begin(),
                          [](const index_part& part, const key_column& wanted) {
                              return same_name(part.column, wanted.target);
                          });
    return std::all_of(columns.begin(), columns.end(), [&](const key_column& wanted) {
        return std::any_of(
            candidate.parts.begin(), candidate.parts.end(),
            [&](const index_part& part) { return same_name(part.column, wanted.target); });
    });
}

const index* unique_index_over(const table_definition& target,
                               const std::vector<key_column>& columns, bool in_order) {
    for (const index& candidate : target.indexes)
        if (!unfit_shape(target, candidate) && has_same_columns(candidate, columns, in_order))
            return &candidate;
    return nullptr;
}

// Fills `made` with the key over `candidate`, or tells why it cannot be one.
obstacle build(const table_definition& original, const table_definition& target,
               const source_of& source_of_target, const key_conditions& under,
               const index& candidate, row_key& made) {
    if (auto reason = unfit_shape(original, candidate)) return reason;
    made.source_index = candidate.name;
    for (const index_part& part : candidate.parts) {
        const column& from = *original.find_column(part.column);
        std::string reason;
        auto read = read_key_column(from, reason);
        if (!read) return reason;
        if (read->type == key_type::timestamp && !under.unambiguous_times)
            return fmt::format(
                "{} is {}, and in the server's time zone two moments can have one name: at the end "
                "of summer time, or when the zone is changed. It serves where time_zone is UTC",
                quoted_name(from.name), from.column_type);
        const column* const to = carried_on(target, from.name, source_of_target);
        if (to == nullptr) return fmt::format("the new table has no {}", quoted_name(from.name));
        if (!keeps_keys_apart(from, *to))
            return fmt::format("{} changes its type from {} to {}, and two keys could become equal",
                               quoted_name(from.name), shown_type(from), shown_type(*to));
        read->target = to->name;
        read->descending = part.descending;
        made.columns.push_back(std::move(*read));
    }
    const bool in_order = !made.ordered();  // ranges of it are looked for in the new table, too
    const index* const there = unique_index_over(target, made.columns, in_order);
    if (there == nullptr)
        return fmt::format("the new table has no unique index over the same columns{}",
                           in_order ? " in this order" : "");
    made.target_index = there->name;
    if (!made.is_primary() && !under.full_images)
        return "it is not the primary key, and binlog_row_image is not FULL: row events would not "
               "always hold it. SET GLOBAL binlog_row_image=FULL; then let every session that "
               "writes connect anew";
    return std::nullopt;
}

struct candidate_key {
    std::string index;
    row_key key;
    obstacle reason;

    auto cost() const {
        unsigned bytes = 0;
        for (const key_column& one : key.columns) bytes += one.bytes_max();
        return std::tuple(reason.has_value(), !key.ordered(), !key.is_primary(), key.columns.size(),
                          bytes, index);
    }
};

std::string chosen_text(const row_key& key) {
    return fmt::format(
        "chosen, {}{}",
        key.is_primary() ? "the primary key" : "a NOT NULL unique index of both tables",
        key.ordered() ? ""
                      : "; only the server can order its values, so copying and "
                        "following changes take turns");
}

std::string preferred_text(const row_key& passed_over, const row_key& chosen) {
    const std::string better = quoted_name(chosen.source_index);
    if (chosen.ordered() && !passed_over.ordered())
        return fmt::format("would serve, but only the server can order its values; {} is better",
                           better);
    if (chosen.is_primary()) return fmt::format("would serve, but {} is the primary key", better);
    return fmt::format("would serve, but {} has fewer or narrower columns", better);
}

}  // namespace

key_choice choose_key(const table_definition& original, const table_definition& target,
                      const source_of& source_of_target, const key_conditions& under) {
    std::vector<candidate_key> candidates;
    for (const index& one : original.indexes) {
        if (!one.unique) continue;
        candidate_key& made = candidates.emplace_back();
        made.index = one.name;
        made.reason = build(original, target, source_of_target, under, one, made.key);
    }
    std::sort(candidates.begin(), candidates.end(),
              [](const candidate_key& a, const candidate_key& b) { return a.cost() < b.cost(); });
    key_choice choice;
    if (candidates.empty()) choice.explanation = "the table has no unique index\n";
    for (candidate_key& one : candidates) {
        const std::string text = one.reason       ? *one.reason
                                 : !choice.chosen ? chosen_text(one.key)
                                                  : preferred_text(one.key, *choice.chosen);
        choice.explanation += fmt::format("{}: {}\n", quoted_name(one.index), text);
        if (!one.reason && !choice.chosen) choice.chosen = std::move(one.key);
    }
    return choice;
}

}  // namespace segue::schema
