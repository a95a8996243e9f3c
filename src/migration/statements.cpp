#include "src/migration/statements.hpp"

#include "src/base/error.hpp"

#include <fmt/format.h>

namespace segue::migration {
namespace {

std::string qualified(const table_name& table, const std::string& column) {
    return table.quoted() + "." + quoted_name(column);
}

void append_separated(std::string& list, std::string_view separator, std::string_view item) {
    if (!list.empty()) list += separator;
    list += item;
}

std::string matching(const table_name& table, const schema::row_key& key, bool in_source) {
    std::string condition;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const auto& column = key.columns[i];
        append_separated(
            condition, " AND ",
            fmt::format("{}=segue_keys.k{}",
                        qualified(table, in_source ? column.source : column.target), i));
    }
    return condition;
}

}  // namespace

statements::statements(const schema::projection& projection, bool locking_reads)
    : projection_(projection),
      codec_(projection.key),
      lock_clause_(locking_reads ? " FOR SHARE OF " + quoted_name(projection.source.name) : "") {
    for (const auto& column : projection_.key.columns) {
        append_separated(source_key_, ",", qualified(projection_.source, column.source));
        append_separated(target_key_, ",", qualified(projection_.target, column.target));
    }
}

// a > x OR (a = x AND b > y): a comparison of row constructors would not use the index.
// https://dev.mysql.com/doc/refman/8.4/en/row-constructor-optimization.html
std::string statements::range_condition(const key_range& range) const {
    const auto& columns = projection_.key.columns;
    const auto bound_by = [&](const key_value& bound, std::string_view beyond,
                              std::string_view at_last) {
        const auto values = codec_.literals(bound);
        std::string any;
        std::string equal_so_far;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string name = qualified(projection_.source, columns[i].source);
            const bool last = i + 1 == columns.size();
            append_separated(
                any, " OR ",
                fmt::format("({}{}{}{})", equal_so_far, name, last ? at_last : beyond, values[i]));
            equal_so_far += fmt::format("{}={} AND ", name, values[i]);
        }
        return "(" + any + ")";
    };
    std::string condition;
    if (range.after) append_separated(condition, " AND ", bound_by(*range.after, ">", ">"));
    if (range.up_to) append_separated(condition, " AND ", bound_by(*range.up_to, "<", "<="));
    return condition.empty() ? "TRUE" : condition;
}

std::string statements::last_key() const {
    std::string order;
    for (const auto& column : projection_.key.columns)
        append_separated(order, ",", qualified(projection_.source, column.source) + " DESC");
    return fmt::format("SELECT {} FROM {} FORCE INDEX ({}) ORDER BY {} LIMIT 1", source_key_,
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       order);
}

std::string statements::bound(const key_range& range, std::uint64_t rows) const {
    require(rows > 0, "a chunk has rows");
    return fmt::format(
        "SELECT {0} FROM {1} FORCE INDEX ({2}) WHERE {3} ORDER BY {0} LIMIT 1 OFFSET {4}",
        source_key_, projection_.source.quoted(), quoted_name(projection_.key.source_index),
        range_condition(range), rows - 1);
}

std::string statements::count(const key_range& range) const {
    return fmt::format("SELECT COUNT(*) FROM {} FORCE INDEX ({}) WHERE {}",
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       range_condition(range));
}

std::string statements::keys_in(const key_range& range, std::uint64_t rows_max) const {
    return fmt::format("SELECT {0} FROM {1} FORCE INDEX ({2}) WHERE {3} ORDER BY {0} LIMIT {4}",
                       source_key_, projection_.source.quoted(),
                       quoted_name(projection_.key.source_index), range_condition(range), rows_max);
}

std::string statements::insert_into() const {
    std::string names;
    std::string expressions;
    for (const auto& column : projection_.columns) {
        append_separated(names, ",", quoted_name(column.target));
        append_separated(expressions, ",", column.expression);
    }
    return fmt::format("INSERT INTO {} ({}) SELECT {}", projection_.target.quoted(), names,
                       expressions);
}

std::string statements::from_range(const key_range& range) const {
    return fmt::format(" FROM {} FORCE INDEX ({}) WHERE {}{}", projection_.source.quoted(),
                       quoted_name(projection_.key.source_index), range_condition(range),
                       lock_clause_);
}

std::string statements::copy(const key_range& range) const {
    return insert_into() + from_range(range);
}

// (VALUES ROW(..),..) AS segue_keys(k0,..)
// https://dev.mysql.com/doc/refman/8.4/en/values.html
std::string statements::key_list(std::span<const key_value> keys) const {
    require(!keys.empty(), "a batch has keys");
    std::string rows;
    for (const key_value& key : keys) {
        std::string one;
        for (const std::string& literal : codec_.literals(key)) append_separated(one, ",", literal);
        append_separated(rows, ",", "ROW(" + one + ")");
    }
    std::string names;
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(names, ",", fmt::format("k{}", i));
    return fmt::format("(VALUES {}) AS segue_keys({})", rows, names);
}

std::string statements::which_are_gone(std::span<const key_value> keys) const {
    std::string names;
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(names, ",", fmt::format("segue_keys.k{}", i));
    const auto& first = projection_.key.columns.front();
    return fmt::format("SELECT {}, {} IS NULL FROM {} LEFT JOIN {} FORCE INDEX ({}) ON {}{}", names,
                       qualified(projection_.source, first.source), key_list(keys),
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       matching(projection_.source, projection_.key, true), lock_clause_);
}

std::string statements::erase(std::span<const key_value> keys) const {
    return fmt::format("DELETE {0} FROM {1} STRAIGHT_JOIN {0} FORCE INDEX ({2}) ON {3}",
                       projection_.target.quoted(), key_list(keys),
                       quoted_name(projection_.key.target_index),
                       matching(projection_.target, projection_.key, false));
}

std::string statements::from_keys(std::span<const key_value> keys) const {
    return fmt::format(" FROM {} STRAIGHT_JOIN {} FORCE INDEX ({}) ON {}{}", key_list(keys),
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       matching(projection_.source, projection_.key, true), lock_clause_);
}

std::string statements::carry_over_plainly(std::span<const key_value> keys) const {
    return insert_into() + from_keys(keys);
}

std::string statements::carry_over(std::span<const key_value> keys) const {
    std::string text = carry_over_plainly(keys);
    if (!projection_.upserts) return text;
    std::string assignments;
    for (const auto& column : projection_.columns)
        append_separated(
            assignments, ",",
            fmt::format("{}={}", qualified(projection_.target, column.target), column.expression));
    for (const std::string& name : projection_.kept_on_update)
        append_separated(assignments, ",",
                         fmt::format("{0}={0}", qualified(projection_.target, name)));
    return text + " ON DUPLICATE KEY UPDATE " + assignments;
}

std::string statements::collecting_collisions() const {
    const std::string kept = qualified(projection_.target, projection_.key.columns.front().target);
    // A chunk may collide as a whole; a part of it is enough to go on from.
    constexpr unsigned characters_max = 60'000;
    return fmt::format(
        " ON DUPLICATE KEY UPDATE {0}=IF((@segue_collisions:=IF(CHAR_LENGTH(@segue_collisions)>{3},"
        "@segue_collisions,CONCAT_WS(';',@segue_collisions,CONCAT_WS(',',{1},{2})))) IS "
        "NULL,{0},{0})",
        kept, target_key_, source_key_, characters_max);
}

std::string statements::collisions_in(const key_range& range) const {
    return insert_into() + from_range(range) + collecting_collisions();
}

std::string statements::collisions_in(std::span<const key_value> keys) const {
    return insert_into() + from_keys(keys) + collecting_collisions();
}

}  // namespace segue::migration
