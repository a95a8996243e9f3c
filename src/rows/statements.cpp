#include "src/rows/statements.hpp"

#include "src/base/error.hpp"
#include "src/keys/key_column_codec.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace segue::rows {
namespace {

constexpr std::size_t batches_in_packet = 8;
constexpr std::size_t keys_bytes_max = std::size_t{1} << 20U;  // of the keys that a batch names
constexpr std::size_t list_bytes = 32;                         // of one key, beside its literals
constexpr std::size_t number_bytes = 5;                        // of one of an ENUM, in a list
constexpr std::size_t words_bytes = 8'192;  // what a statement has beside columns and keys
constexpr std::size_t collected_max = 60'000;

std::string qualified(const table_name& table, const std::string& column) {
    return table.quoted() + "." + quoted_name(column);
}

void append_separated(std::string& list, std::string_view separator, std::string_view item) {
    if (!list.empty()) list += separator;
    list += item;
}

// In the index's order.
enum class comparison { below, up_to, above };

std::string_view sign_of(comparison is, bool descending) {
    switch (is) {
        case comparison::below:
            return descending ? ">" : "<";
        case comparison::up_to:
            return descending ? ">=" : "<=";
        case comparison::above:
            return descending ? "<" : ">";
    }
    return {};
}

// An index on ENUM or SET finds equal numbers, not ranges of them.
std::string one_of_numbers(const std::string& name, comparison is, unsigned bound,
                           const schema::key_column& column) {
    const unsigned beyond = is == comparison::up_to ? bound : bound + 1;
    const unsigned before = is == comparison::up_to ? bound + 1 : bound;
    const bool greater = (is == comparison::above) != column.descending;
    const unsigned from = greater ? beyond : 0;
    const unsigned end = greater ? column.length + 1 : before;
    std::string numbers;
    for (unsigned number = from; number < end; ++number)
        append_separated(numbers, ",", std::to_string(number));
    return numbers.empty() ? "FALSE" : fmt::format("{} IN ({})", name, numbers);
}

unsigned number_in(const std::string& literal, const schema::key_column& column) {
    unsigned number = 0;
    const char* const end = literal.data() + literal.size();
    const auto [stopped_at, failure] = std::from_chars(literal.data(), end, number);
    require(failure == std::errc() && stopped_at == end && number <= column.length,
            "the number of an ENUM or SET is within its definition");
    return number;
}

std::string compared(const schema::key_column& column, const std::string& name, comparison is,
                     const std::string& literal) {
    if (column.type != schema::key_type::numbered)
        return fmt::format("{}{}{}", name, sign_of(is, column.descending), literal);
    return one_of_numbers(name, is, number_in(literal, column), column);
}

// A name without a schema would mean a table of that name too.
std::string_view name_of_keys(const schema::projection& projection) {
    constexpr std::string_view usual = "segue_keys";
    constexpr std::string_view other = "segue_key_list";
    const bool taken = sql::same_name(projection.source.name, usual) ||
                       sql::same_name(projection.target.name, usual);
    return taken ? other : usual;
}

}  // namespace

statements::statements(const schema::projection& projection, bool locking_reads,
                       std::size_t packet_bytes_max)
    : projection_(projection),
      codec_(projection.key),
      lock_clause_(locking_reads ? " FOR SHARE OF " + quoted_name(projection.source.name) : ""),
      packet_bytes_max_(packet_bytes_max),
      keys_name_(name_of_keys(projection)),
      source_read_(printed_key(side::source)) {}

std::size_t statements::key_bytes_max() const {
    return codec_.literal_bytes_max() + list_bytes;
}

std::size_t statements::frame_bytes_max() const {
    return insert_into().size() +
           std::max(over_what_is_there().size(), collecting_collisions().size()) +
           matching(side::target).size() + projection_.where.size() + words_bytes;
}

// Each column of the key stands at most once for each of them, as range_condition() has it.
std::size_t statements::range_bytes_max() const {
    std::size_t bytes = codec_.literal_bytes_max();
    std::size_t lists = 0;
    for (std::size_t i = 0; i < codec_.columns(); ++i) {
        bytes +=
            std::max(name_of(side::source, i).size(), name_of(side::target, i).size()) + list_bytes;
        if (projection_.key.columns[i].type == schema::key_type::numbered)
            lists += (projection_.key.columns[i].length + 1) * number_bytes;
    }
    return 2 * (codec_.columns() * bytes + lists);
}

std::size_t statements::packet_bytes_needed() const {
    return frame_bytes_max() + std::max(batches_in_packet * key_bytes_max(), range_bytes_max());
}

std::size_t statements::keys_max() const {
    const std::size_t frame = frame_bytes_max();
    const std::size_t room = packet_bytes_max_ > frame ? packet_bytes_max_ - frame : 0;
    return std::max<std::size_t>(
        1, std::min(room / batches_in_packet, keys_bytes_max) / key_bytes_max());
}

std::string statements::name_of(side in, std::size_t column) const {
    const auto& named = projection_.key.columns[column];
    return in == side::source ? qualified(projection_.source, named.source)
                              : qualified(projection_.target, named.target);
}

std::string statements::printed_key(side in) const {
    std::string all;
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(all, ",",
                         in == side::source ? codec_.printed(i, name_of(in, i))
                                            : codec_.printed_in_target(i, name_of(in, i)));
    return all;
}

std::string statements::is_value_of(side in, std::size_t column, const std::string& value) const {
    const std::string name = name_of(in, column);
    return in == side::source ? fmt::format("{}={}", name, value)
                              : keys::found_in_target(projection_.key.columns[column], name, value);
}

std::string statements::matching(side in) const {
    std::string condition;
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(condition, " AND ",
                         is_value_of(in, i, fmt::format("{}.k{}", keys_name_, i)));
    return condition;
}

// a > x OR (a = x AND b > y): a comparison of row constructors would not use the index.
// https://dev.mysql.com/doc/refman/8.4/en/row-constructor-optimization.html
std::string statements::range_condition(side in, const keys::key_range& range) const {
    const auto& columns = projection_.key.columns;
    const auto bound_by = [&](const keys::key_value& bound, comparison beyond, comparison at_last) {
        const auto values = codec_.literals(bound);
        std::string any;
        std::string equal_so_far;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string name = name_of(in, i);
            const bool last = i + 1 == columns.size();
            append_separated(
                any, " OR ",
                fmt::format("({}{})", equal_so_far,
                            compared(columns[i], name, last ? at_last : beyond, values[i])));
            equal_so_far += fmt::format("{}={} AND ", name, values[i]);
        }
        return "(" + any + ")";
    };
    std::string condition;
    if (range.after)
        append_separated(condition, " AND ",
                         bound_by(*range.after, comparison::above, comparison::above));
    if (range.up_to)
        append_separated(condition, " AND ",
                         bound_by(*range.up_to, comparison::below, comparison::up_to));
    return condition.empty() ? "TRUE" : condition;
}

std::string statements::in_order(std::size_t column, bool backward, side in) const {
    const bool descending = projection_.key.columns[column].descending != backward;
    return name_of(in, column) + (descending ? " DESC" : "");
}

std::string statements::end_key(bool last) const {
    std::string order;
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(order, ",", in_order(i, last));
    return fmt::format("SELECT {} FROM {} FORCE INDEX ({}) ORDER BY {} LIMIT 1", source_read_,
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       order);
}

std::string statements::first_key() const {
    return end_key(false);
}

std::string statements::last_key() const {
    return end_key(true);
}

// Columns that have one value are left out: to sort by an ENUM that is equal to a number the server
// would read all rows.
std::string statements::order_from(std::size_t column, side in) const {
    std::string names;
    for (std::size_t i = column; i < codec_.columns(); ++i)
        append_separated(names, ",", in_order(i, false, in));
    return names.empty() ? "" : " ORDER BY " + names;
}

std::vector<statements::leg> statements::legs(const std::optional<keys::key_value>& after) const {
    if (!after) return {{.condition = "TRUE", .fixed_columns = 0}};
    const auto& columns = projection_.key.columns;
    const auto values = codec_.literals(*after);
    std::vector<leg> made;
    for (std::size_t i = columns.size(); i-- > 0;) {
        std::string begun;
        for (std::size_t before = 0; before < i; ++before)
            begun += fmt::format("{}={} AND ", name_of(side::source, before), values[before]);
        begun += name_of(side::source, i);
        if (columns[i].type != schema::key_type::numbered) {
            made.push_back(
                {.condition = begun + compared(columns[i], "", comparison::above, values[i]),
                 .fixed_columns = i});
            continue;
        }
        const auto one = [&](unsigned number) {
            made.push_back(
                {.condition = fmt::format("{}={}", begun, number), .fixed_columns = i + 1});
        };
        const unsigned number = number_in(values[i], columns[i]);
        if (columns[i].descending)
            for (unsigned next = number; next-- > 0;) one(next);
        else
            for (unsigned next = number + 1; next <= columns[i].length; ++next) one(next);
    }
    return made;
}

std::string statements::bound(const leg& within, const std::optional<keys::key_value>& up_to,
                              std::uint64_t rows) const {
    require(rows > 0, "a chunk has rows");
    return fmt::format("SELECT {},{} FROM {} FORCE INDEX ({}) WHERE {}{} LIMIT 1 OFFSET {}",
                       source_read_,
                       range_condition(side::source, {.after = std::nullopt, .up_to = up_to}),
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       within.condition, order_from(within.fixed_columns), rows - 1);
}

std::string statements::count_leg(const leg& within, std::uint64_t rows_max) const {
    return fmt::format(
        R"(SELECT COUNT(*)
           FROM (SELECT {} FROM {} FORCE INDEX ({}) WHERE {} LIMIT {}) AS segue_counted)",
        name_of(side::source, 0), projection_.source.quoted(),
        quoted_name(projection_.key.source_index), within.condition, rows_max);
}

std::string statements::count(const keys::key_range& range) const {
    return fmt::format("SELECT COUNT(*) FROM {} FORCE INDEX ({}) WHERE {}",
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       range_condition(side::source, range));
}

std::string statements::any_that(const keys::key_range& range, const std::string& condition) const {
    return fmt::format("SELECT {} FROM {} FORCE INDEX ({}) WHERE ({}) AND ({}) LIMIT 1{}",
                       source_read_, projection_.source.quoted(),
                       quoted_name(projection_.key.source_index),
                       range_condition(side::source, range), condition, lock_clause_);
}

std::string statements::keys_in(const keys::key_range& range, std::uint64_t rows_max) const {
    return fmt::format("SELECT {} FROM {} FORCE INDEX ({}) WHERE {}{} LIMIT {}", source_read_,
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       range_condition(side::source, range), order_from(0), rows_max);
}

std::vector<std::string> statements::converted() const {
    std::vector<std::string> names;
    for (const auto& column : projection_.columns)
        if (column.source && column.expression != qualified(projection_.source, *column.source))
            names.push_back(column.target);
    return names;
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

std::string statements::from_range(const keys::key_range& range) const {
    return fmt::format(" FROM {} FORCE INDEX ({}) WHERE {}{}{}", projection_.source.quoted(),
                       quoted_name(projection_.key.source_index),
                       range_condition(side::source, range), if_it_is_meant(), lock_clause_);
}

std::string statements::copy(const keys::key_range& range) const {
    const std::string text = insert_into() + from_range(range);
    return !codec_.ordered() && upserts() ? text + over_what_is_there() : text;
}

std::string statements::erase_range(const keys::key_range& range) const {
    require(ranges_in_target(), "the target has the ranges of the source");
    return fmt::format("DELETE {0} FROM {0} FORCE INDEX ({1}) WHERE {2}",
                       projection_.target.quoted(), quoted_name(projection_.key.target_index),
                       range_condition(side::target, range));
}

// (VALUES ROW(..),..) AS segue_keys(k0,..). DISTINCT compares by the literals' collations.
// https://dev.mysql.com/doc/refman/8.4/en/values.html
std::string statements::key_list(std::span<const keys::key_value> keys, listed how,
                                 std::string_view given) const {
    require(!keys.empty(), "a batch has keys");
    const std::string_view name = given.empty() ? keys_name_ : given;
    const bool indexed = how == listed::with_index;
    std::string rows;
    for (std::size_t index = 0; index < keys.size(); ++index) {
        std::string one = indexed ? std::to_string(index) : "";
        for (const std::string& literal : codec_.literals(keys[index]))
            append_separated(one, ",", literal);
        append_separated(rows, ",", "ROW(" + one + ")");
    }
    std::string names = indexed ? "n" : "";
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(names, ",", fmt::format("k{}", i));
    if (how == listed::each_row_once && !codec_.ordered())
        return fmt::format(
            "(SELECT DISTINCT {1} FROM (VALUES {0}) AS segue_listed({1})) AS {2}({1})", rows, names,
            name);
    return fmt::format("(VALUES {}) AS {}({})", rows, name, names);
}

std::string statements::which_are_gone(std::span<const keys::key_value> keys) const {
    return fmt::format("SELECT {}.n, {} IS NULL FROM {} LEFT JOIN {} FORCE INDEX ({}) ON {}{}{}",
                       keys_name_, name_of(side::source, 0), key_list(keys, listed::with_index),
                       projection_.source.quoted(), quoted_name(projection_.key.source_index),
                       matching(side::source), if_it_is_meant(), lock_clause_);
}

std::string statements::same_keys(std::span<const keys::key_value> asked,
                                  std::span<const keys::key_value> names) const {
    std::string equal;
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(equal, " AND ", fmt::format("segue_asked.k{0}={1}.k{0}", i, keys_name_));
    return fmt::format(
        "SELECT segue_asked.n, MIN({}.n) FROM {} JOIN {} ON {} GROUP BY segue_asked.n", keys_name_,
        key_list(asked, listed::with_index, "segue_asked"), key_list(names, listed::with_index),
        equal);
}

std::string statements::erase(std::span<const keys::key_value> keys) const {
    return fmt::format("DELETE {0} FROM {1} STRAIGHT_JOIN {0} FORCE INDEX ({2}) ON {3}",
                       projection_.target.quoted(), key_list(keys, listed::as_they_are),
                       quoted_name(projection_.key.target_index), matching(side::target));
}

bool statements::spelling_matters() const noexcept {
    return projection_.key.by_bytes() && !codec_.ordered();
}

std::string statements::spelled(std::span<const keys::key_value> keys) const {
    return "SELECT " + source_read_ + from_keys(keys, of_rows::all);
}

std::string statements::is_in_source(const keys::key_range& range) const {
    return range_condition(side::source, range);
}

std::string statements::is_in_target(const keys::key_range& range) const {
    require(ranges_in_target(), "the target's index orders the keys as the source's does");
    return range_condition(side::target, range);
}

std::string statements::source_order() const {
    return order_from(0, side::source);
}

std::string statements::target_order() const {
    return order_from(0, side::target);
}

std::string statements::is_row_of_source() const {
    std::string condition;
    for (std::size_t i = 0; i < codec_.columns(); ++i)
        append_separated(condition, " AND ",
                         is_value_of(side::target, i, name_of(side::source, i)));
    return condition;
}

std::string statements::if_it_is_meant() const {
    return projection_.where.empty() ? "" : " AND " + projection_.where;
}

std::string statements::in_target(std::span<const keys::key_value> keys) const {
    return in_target(keys, "");
}

std::string statements::in_target(std::span<const keys::key_value> keys,
                                  std::string_view more_columns) const {
    return fmt::format("SELECT {}{}{} FROM {} STRAIGHT_JOIN {} FORCE INDEX ({}) ON {}",
                       printed_key(side::target), more_columns.empty() ? "" : ",", more_columns,
                       key_list(keys, listed::as_they_are), projection_.target.quoted(),
                       quoted_name(projection_.key.target_index), matching(side::target));
}

// What is asked of all rows is not about to be written, and locks none.
std::string statements::from_keys(std::span<const keys::key_value> keys, of_rows which) const {
    const bool written = which == of_rows::meant;
    return fmt::format(" FROM {} STRAIGHT_JOIN {} FORCE INDEX ({}) ON {}{}{}",
                       key_list(keys, listed::each_row_once), projection_.source.quoted(),
                       quoted_name(projection_.key.source_index), matching(side::source),
                       written ? if_it_is_meant() : "", written ? lock_clause_ : "");
}

std::string statements::carry_over_plainly(std::span<const keys::key_value> keys) const {
    return insert_into() + from_keys(keys, of_rows::meant);
}

std::string statements::carry_over(std::span<const keys::key_value> keys) const {
    std::string text = carry_over_plainly(keys);
    return upserts() ? text + over_what_is_there() : text;
}

// A row with a number of its own may meet another row by that, when no number is left: the server
// gives out the last one again. NULL, which no column of the key takes, ends the statement then.
std::string statements::written_over(const schema::projected_column& column) const {
    const auto is_it = [&](const schema::key_column& one) {
        return sql::same_name(one.target, column.target);
    };
    if (!projection_.keeps_rows || std::ranges::none_of(projection_.key.columns, is_it))
        return column.expression;
    return fmt::format("IF({},{},NULL)", is_row_of_source(), column.expression);
}

std::string statements::over_what_is_there() const {
    std::string assignments;
    for (const auto& column : projection_.columns)
        append_separated(assignments, ",",
                         fmt::format("{}={}", qualified(projection_.target, column.target),
                                     written_over(column)));
    for (const std::string& name : projection_.kept_on_update)
        append_separated(assignments, ",",
                         fmt::format("{0}={0}", qualified(projection_.target, name)));
    return " ON DUPLICATE KEY UPDATE " + assignments;
}

std::string statements::collecting_collisions() const {
    // Of a key that only the server orders the target may hold a row as it was, which is told.
    const std::string same_row = codec_.ordered() ? is_row_of_source() : "FALSE";
    // A chunk may collide as a whole; a part of it is enough to go on from. The server makes no
    // text that is longer than a packet: one more pair of keys must fit behind this.
    const std::size_t characters_max = std::min(collected_max, packet_bytes_max_ / 2);
    return fmt::format(
        R"( ON DUPLICATE KEY UPDATE {0}=IF(
             (@segue_collisions:=IF({4} OR CHAR_LENGTH(@segue_collisions)>{3},
               @segue_collisions,
               CONCAT_WS(';',@segue_collisions,CONCAT_WS(',',{1},{2})))) IS NULL,
             {0},{0}))",
        name_of(side::target, 0), printed_key(side::target), source_read_, characters_max,
        same_row);
}

std::string statements::collisions_in(const keys::key_range& range) const {
    return insert_into() + from_range(range) + collecting_collisions();
}

std::string statements::collisions_in(std::span<const keys::key_value> keys) const {
    return insert_into() + from_keys(keys, of_rows::meant) + collecting_collisions();
}

}  // namespace segue::rows
