#include "src/schema/row_key.hpp"

#include "src/base/error.hpp"
#include "src/schema/key_change.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace segue::schema {
namespace {

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
        if (from && sql::same_name(*from, source)) return &candidate;
    }
    return nullptr;
}

bool is_over(const index_part& part, const key_column& one) {
    return !part.is_prefix && sql::same_name(part.column, one.target);
}

// As many parts from the first one on as the key has columns are these, in any order or `in_order`.
bool begins_with(const index& candidate, const std::vector<key_column>& columns, bool in_order) {
    if (candidate.parts.size() < columns.size()) return false;
    const auto end = candidate.parts.begin() + static_cast<std::ptrdiff_t>(columns.size());
    if (in_order) return std::equal(candidate.parts.begin(), end, columns.begin(), is_over);
    return std::all_of(columns.begin(), columns.end(), [&](const key_column& wanted) {
        return std::any_of(candidate.parts.begin(), end,
                           [&](const index_part& part) { return is_over(part, wanted); });
    });
}

bool is_within(const index& candidate, const std::vector<key_column>& columns) {
    return std::all_of(candidate.parts.begin(), candidate.parts.end(), [&](const index_part& part) {
        return std::any_of(columns.begin(), columns.end(),
                           [&](const key_column& one) { return is_over(part, one); });
    });
}

// Ranges of a key that only the server orders are looked for in the new table as well.
const index* same_index(const table_definition& target, const row_key& key) {
    if (key.by_bytes()) return nullptr;
    for (const index& candidate : target.indexes)
        if (!unfit_shape(target, candidate) && candidate.parts.size() == key.columns.size() &&
            begins_with(candidate, key.columns, !key.ordered()))
            return &candidate;
    return nullptr;
}

// By which a row is found quickly. The unique one comes first: it has one row for the whole key.
const index* index_to_find_rows_by(const table_definition& target, const row_key& key) {
    const auto usable = [](const index& one) { return one.visible && one.finds_values; };
    for (const index& candidate : target.indexes)
        if (usable(candidate) && candidate.unique && is_within(candidate, key.columns))
            return &candidate;
    for (const index& candidate : target.indexes)
        if (usable(candidate) && begins_with(candidate, key.columns, /*in_order=*/false))
            return &candidate;
    return nullptr;
}

// A row may not be found by a key that has some of the columns that say in which partition it is,
// and not all of them: MySQL 8.0 and 9.7 (seen there) look into a wrong partition when they do that
// for the first time after they opened a table that has generated columns, CHECK constraints, or
// defaults that are expressions. Every unique index of the original has all of its own.
obstacle partitions_in_the_way(const table_definition& target, const row_key& key) {
    const auto in_key = [&](const std::string& name) {
        return std::ranges::any_of(
            key.columns, [&](const key_column& one) { return sql::same_name(one.target, name); });
    };
    const std::vector<std::string>& by = target.partition_columns;
    const auto shared = std::ranges::count_if(by, in_key);
    if (shared == 0 || shared == std::ssize(by)) return std::nullopt;
    std::string names;
    for (const std::string& one : by) names += (names.empty() ? "" : ", ") + quoted_name(one);
    return fmt::format(
        "the new table is partitioned by {}, of which this key has only some, and by such a key "
        "MySQL does not always find a row: it may look into a wrong partition. Partition by "
        "columns that are all in this key, or of which none is",
        names);
}

std::string target_columns(const row_key& key) {
    std::string names;
    for (const key_column& one : key.columns)
        names += (names.empty() ? "" : ", ") + quoted_name(one.target);
    return names;
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
        if (to == nullptr && target.find_column(from.name) != nullptr)
            return fmt::format("the values of {} are others in the new table",
                               quoted_name(from.name));
        if (to == nullptr) return fmt::format("the new table has no {}", quoted_name(from.name));
        if (to->generated)
            return fmt::format("{} is a generated column in the new table", quoted_name(to->name));
        if (auto changed = carry_into_target(*read, from, *to)) return changed;
        read->descending = part.descending;
        made.columns.push_back(std::move(*read));
    }
    const index* there = same_index(target, made);
    made.same_in_target = there != nullptr;
    if (there == nullptr) there = index_to_find_rows_by(target, made);
    if (there == nullptr)
        return fmt::format(
            "the new table has no index that begins with the same columns, and no unique one over "
            "some of them, so rows could not be found there. With ADD KEY ({}) in the ALTER it "
            "serves; drop that index afterwards",
            target_columns(made));
    made.target_index = there->name;
    if (auto reason = partitions_in_the_way(target, made)) return reason;
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
        return std::tuple(reason.has_value(), !key.ordered(), !key.same_in_target,
                          !key.is_primary(), key.columns.size(), bytes, index);
    }
};

std::string chosen_text(const row_key& key) {
    std::string text = key.is_primary()     ? "chosen, the primary key"
                       : key.same_in_target ? "chosen, a NOT NULL unique index of both tables"
                                            : "chosen, a NOT NULL unique index of the original";
    if (!key.same_in_target)
        text += fmt::format(
            "; in the new table its rows are found by {}{}, deleted and inserted anew",
            quoted_name(key.target_index), key.by_bytes() ? " and the bytes of their key" : "");
    if (!key.ordered())
        text +=
            "; only the server can order its values, so copying and following changes take turns";
    return text;
}

std::string preferred_text(const row_key& passed_over, const row_key& chosen) {
    const std::string better = quoted_name(chosen.source_index);
    if (chosen.ordered() && !passed_over.ordered())
        return fmt::format("would serve, but only the server can order its values; {} is better",
                           better);
    if (chosen.same_in_target && !passed_over.same_in_target)
        return fmt::format("would serve, but {} is a key of both tables", better);
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
