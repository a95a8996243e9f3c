#include "src/datacheck/suspects.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"

#include <string_view>

#include <fmt/format.h>

namespace segue::datacheck {
namespace {

void append(std::string& list, std::string_view separator, const std::string& item) {
    if (!list.empty()) list += separator;
    list += item;
}

std::string qualified(const std::string& table, const std::string& column) {
    return table + "." + quoted_name(column);
}

// Whether two rows, by the names of their tables, are not one: one column of the key differs.
std::string another_row(const subject& of, const std::string& one, const std::string& other) {
    std::string any;
    for (const schema::key_column& column : of.by.key.columns)
        append(
            any, " OR ",
            fmt::format("{}<>{}", qualified(one, column.source), qualified(other, column.source)));
    return "(" + any + ")";
}

// NULL is like nothing.
std::string alike(const unique_doubt& doubt, const std::string& one, const std::string& other) {
    std::string all;
    for (const std::string& column : doubt.columns)
        append(all, " AND ",
               fmt::format("{}={}", qualified(one, column), qualified(other, column)));
    return all;
}

}  // namespace

std::string is_suspicious(const subject& of) {
    std::string any;
    for (const value_doubt& doubt : of.in_doubt.values)
        append(any, " OR ", "(" + doubt.condition.sql + ")");
    const std::string source = of.source.name.quoted();
    constexpr std::string_view other = "segue_other";
    for (const unique_doubt& doubt : of.in_doubt.unique) {
        if (!doubt.source_index) continue;
        append(any, " OR ",
               fmt::format("EXISTS (SELECT 1 FROM {} AS {} FORCE INDEX ({}) WHERE {} AND {})",
                           source, other, quoted_name(*doubt.source_index),
                           alike(doubt, std::string(other), source),
                           another_row(of, std::string(other), source)));
    }
    return any;
}

std::string first_that(const subject& of, const keys::key_range& range,
                       const std::string& condition) {
    return fmt::format("SELECT {} FROM {} FORCE INDEX ({}) WHERE ({}) AND ({}){} LIMIT 1",
                       of.texts.source_key(), of.source.name.quoted(),
                       quoted_name(of.by.key.source_index), of.texts.is_in_source(range), condition,
                       of.texts.source_order());
}

std::string row_like(const subject& of, const unique_doubt& doubt, const keys::key_value& key) {
    require(doubt.source_index.has_value(), "an index finds rows that are alike");
    const std::string source = of.source.name.quoted();
    const std::string one = "segue_one";
    const auto literals = of.texts.codec().literals(key);
    std::string is_key;
    for (std::size_t i = 0; i < literals.size(); ++i)
        append(is_key, " AND ",
               fmt::format("{}={}", qualified(one, of.by.key.columns[i].source), literals[i]));
    return fmt::format(
        "SELECT {0} FROM {1} AS {2} FORCE INDEX ({3}) STRAIGHT_JOIN {1} FORCE INDEX ({4}) ON {5} "
        "AND {6} WHERE {7} LIMIT 1",
        of.texts.source_key(), source, one, quoted_name(of.by.key.source_index),
        quoted_name(*doubt.source_index), alike(doubt, source, one), another_row(of, source, one),
        is_key);
}

// https://dev.mysql.com/doc/refman/8.4/en/window-functions-usage.html
std::string alike_in(const subject& of, const unique_doubt& doubt, const keys::key_range& range,
                     unsigned rows_max) {
    std::string values;
    std::string not_null;
    std::string names;
    std::string order;
    for (std::size_t i = 0; i < of.texts.codec().columns(); ++i)
        append(names, ",", fmt::format("k{}", i));
    const std::string keys = names;
    for (std::size_t i = 0; i < doubt.values.size(); ++i) {
        append(values, ",", doubt.values[i]);
        append(not_null, " AND ", doubt.values[i] + " IS NOT NULL");
        append(order, ",", fmt::format("v{}", i));
    }
    return fmt::format(
        "SELECT {0} FROM (SELECT {1},{2},COUNT(*) OVER (PARTITION BY {2}) FROM {3} FORCE INDEX "
        "({4}) WHERE ({5}) AND {6}) AS segue_rows({0},{7},n) WHERE n>1 ORDER BY {7} LIMIT {8}",
        keys, of.texts.source_key(), values, of.source.name.quoted(),
        quoted_name(of.by.key.source_index), of.texts.is_in_source(range), not_null, order,
        rows_max);
}

}  // namespace segue::datacheck
