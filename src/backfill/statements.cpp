#include "src/backfill/statements.hpp"

#include "src/backfill/may_change.hpp"
#include "src/base/error.hpp"
#include "src/db/own_statement.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

constexpr std::size_t keys_at_once_max = 10'000;

void append_separated(std::string& list, std::string_view separator, std::string_view item) {
    if (!list.empty()) list += separator;
    list += item;
}

// About what a value takes in the binary log.
std::string image_of(const schema::column& of, const std::string& name) {
    constexpr std::array fixed = {
        std::pair{"tinyint", 1},  std::pair{"smallint", 2}, std::pair{"mediumint", 3},
        std::pair{"int", 4},      std::pair{"bigint", 8},   std::pair{"float", 4},
        std::pair{"double", 8},   std::pair{"year", 1},     std::pair{"date", 3},
        std::pair{"datetime", 8}, std::pair{"time", 6},     std::pair{"timestamp", 7},
        std::pair{"enum", 2},     std::pair{"set", 8},      std::pair{"bit", 8}};
    const auto* const known =
        std::ranges::find_if(fixed, [&](const auto& one) { return of.data_type == one.first; });
    if (known != fixed.end()) return fmt::format("IF({} IS NULL,0,{})", name, known->second);
    if (of.data_type == "json") return fmt::format("COALESCE(JSON_STORAGE_SIZE({})+4,0)", name);
    if (of.data_type == "decimal") return fmt::format("COALESCE(LENGTH({})/2+1,0)", name);
    return fmt::format("COALESCE(LENGTH({})+2,0)", name);
}

}  // namespace

statements::statements(const plan& made)
    : table_(made.table.name),
      columns_(made.table.columns),
      walk_(made.rows, /*locking_reads=*/false, made.packet_bytes_max),
      keys_max_(std::min(walk_.keys_max(), keys_at_once_max)),
      index_(made.rows.key.source_index),
      where_(made.where) {
    for (const schema::set_column& set : made.sets) {
        const schema::column* const column = made.table.find_column(set.target);
        require(column != nullptr, "a column that is set is there");
        const std::string name = name_of(column->name);
        append_separated(changes_, " OR ", may_change(set, made.table, name));
        append_separated(assignments_, ",", fmt::format("{}={}", name, set.expression));
        append_separated(short_image_, "+", image_of(*column, name));
    }
    changes_ = "(" + changes_ + ")";
    if (made.differs_each_time) changes_ = "TRUE";
    settled_by_ = made.differs_each_time ? where_ : changes_;
    for (const std::string& kept : made.kept)
        append_separated(assignments_, ",", fmt::format("{0}={0}", name_of(kept)));
    for (const schema::column& one : made.table.columns)
        append_separated(image_, "+", image_of(one, name_of(one.name)));
}

std::string statements::name_of(const std::string& column) const {
    return table_.quoted() + "." + quoted_name(column);
}

std::string statements::from() const {
    return fmt::format(" FROM {} FORCE INDEX ({}) WHERE ", table_.quoted(), quoted_name(index_));
}

// Constants alone on the right, so that the server looks each of them up in the index.
// https://dev.mysql.com/doc/refman/8.4/en/range-optimization.html#row-constructor-range-optimization
std::string statements::is_one_of(std::span<const keys::key_value> keys) const {
    require(!keys.empty(), "a statement names some keys");
    std::string list;
    for (const keys::key_value& key : keys) {
        const auto literals = codec().literals(key);
        append_separated(list, ",",
                         literals.size() == 1 ? literals.front()
                                              : fmt::format("({})", fmt::join(literals, ",")));
    }
    std::string names;
    for (const schema::key_column& one : codec().key().columns)
        append_separated(names, ",", name_of(one.source));
    if (codec().columns() > 1) names = "(" + names + ")";
    return fmt::format("{} IN ({})", names, list);
}

std::string statements::candidates(const keys::key_range& range) const {
    return fmt::format("SELECT {} {}{}({}) AND {} AND {}{}", db::own_statement, walk_.source_key(),
                       from(), walk_.is_in_source(range), where_, changes_, walk_.source_order());
}

std::string statements::still(std::span<const keys::key_value> keys) const {
    return fmt::format("SELECT {} {}{}{} AND {} AND {}", db::own_statement, walk_.source_key(),
                       from(), is_one_of(keys), where_, changes_);
}

// https://dev.mysql.com/doc/refman/8.4/en/innodb-locking-reads.html
std::string statements::lock(std::span<const keys::key_value> keys) const {
    return still(keys) + " FOR UPDATE SKIP LOCKED";
}

std::string statements::lock_any(std::span<const keys::key_value> keys) const {
    return unsettled(keys) + " FOR UPDATE SKIP LOCKED";
}

std::string statements::unsettled(std::span<const keys::key_value> keys) const {
    return fmt::format("SELECT {} {}{}{} AND {}", db::own_statement, walk_.source_key(), from(),
                       is_one_of(keys), settled_by_);
}

std::string statements::update(std::span<const keys::key_value> keys) const {
    return fmt::format("UPDATE {} {} FORCE INDEX ({}) SET {} WHERE {}", db::own_statement,
                       table_.quoted(), quoted_name(index_), assignments_, is_one_of(keys));
}

std::string statements::count_matching(const keys::key_range& range) const {
    return fmt::format("SELECT {} COUNT(*){}({}) AND {}", db::own_statement, from(),
                       walk_.is_in_source(range), where_);
}

std::string statements::count_candidates(unsigned milliseconds_max) const {
    return fmt::format("SELECT /*+ {} MAX_EXECUTION_TIME({}) */ COUNT(*) FROM {} WHERE {} AND {}",
                       db::own_hint, milliseconds_max, table_.quoted(), where_, changes_);
}

std::string statements::suspects(const keys::key_range& range, bool matching,
                                 std::uint64_t rows_max) const {
    return fmt::format("SELECT {} {}{}({}) AND ({} IS {}TRUE) AND {}{} LIMIT {}", db::own_statement,
                       walk_.source_key(), from(), walk_.is_in_source(range), where_,
                       matching ? "" : "NOT ", settled_by_, walk_.source_order(), rows_max);
}

std::string statements::values(std::span<const keys::key_value> keys,
                               std::span<const std::string> columns) const {
    std::string names = walk_.source_key();
    for (const std::string& one : columns) names += "," + name_of(one);
    return fmt::format("SELECT {} {}{}{}{}", db::own_statement, names, from(), is_one_of(keys),
                       walk_.source_order());
}

std::string statements::image_bytes(std::span<const keys::key_value> keys) const {
    return fmt::format("SELECT {} COALESCE(SUM({}),0), COALESCE(SUM({}),0){}{}", db::own_statement,
                       image_, short_image_, from(), is_one_of(keys));
}

}  // namespace segue::backfill
