#include "src/datacheck/key_parts.hpp"

#include "src/base/table_name.hpp"
#include "src/schema/key_column.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace segue::datacheck {
namespace {

using schema::key_type;

constexpr unsigned tail_rows = 500;

std::optional<std::uint64_t> number_of(const std::string& literal) {
    std::uint64_t number = 0;
    const char* const end = literal.data() + literal.size();
    if (literal.starts_with('-')) {
        std::int64_t below = 0;
        const auto read = std::from_chars(literal.data(), end, below);
        if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
        return static_cast<std::uint64_t>(below);
    }
    const auto read = std::from_chars(literal.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

// Distances are taken modulo 2^64, so that they are right with and without a sign, and downwards.
std::string integer_between(std::uint64_t first, std::uint64_t last, bool falls, bool is_signed,
                            unsigned i, unsigned count) {
    const std::uint64_t step = (falls ? first - last : last - first) / count;
    const std::uint64_t at = falls ? first - step * i : first + step * i;
    return is_signed ? std::to_string(static_cast<std::int64_t>(at)) : std::to_string(at);
}

// The digits of the X'..' in a literal.
std::string_view hex_of(std::string_view literal) {
    const std::size_t from = literal.find("X'");
    if (from == literal.npos) return {};
    const std::size_t end = literal.find('\'', from + 2);
    return literal.substr(from + 2, end - from - 2);
}

unsigned byte_at(std::string_view hex, std::size_t at) {
    unsigned byte = 0;
    if (at + 2 <= hex.size())
        std::from_chars(hex.data() + at, hex.data() + at + 2, byte, /*base=*/16);
    return byte;
}

// Behind what both begin with one byte is between theirs. Of texts only what is a character in
// every character set of single bytes: elsewhere the table is not divided.
std::optional<std::string> bytes_between(const schema::key_column& column, const std::string& first,
                                         const std::string& last, unsigned i, unsigned count) {
    const std::string_view one = hex_of(first);
    const std::string_view other = hex_of(last);
    std::size_t same = 0;
    while (same + 2 <= std::min(one.size(), other.size()) &&
           one.substr(same, 2) == other.substr(same, 2))
        same += 2;
    const int from = static_cast<int>(byte_at(one, same));
    const int to = static_cast<int>(byte_at(other, same));
    const int at = from + (to - from) * static_cast<int>(i) / static_cast<int>(count);
    const bool is_text = column.type == key_type::text;
    constexpr int first_printed = 0x21;
    constexpr int last_printed = 0x7E;
    const std::string charset = is_text ? column.charset() : "";
    if (is_text && (from < first_printed || to > last_printed || charset.starts_with("utf16") ||
                    charset == "utf32" || charset == "ucs2"))
        return std::nullopt;
    std::string literal = first;
    const std::size_t begin = literal.find("X'") + 2;
    literal.replace(begin, one.size(), fmt::format("{}{:02X}", one.substr(0, same), at));
    return literal;
}

// An expression that gives a value between the first and the last one.
std::optional<std::string> between(const schema::key_column& column, const std::string& first,
                                   const std::string& last, unsigned i, unsigned count) {
    switch (column.type) {
        case key_type::signed_integer:
        case key_type::unsigned_integer:
        case key_type::year: {
            const auto from = number_of(first);
            const auto to = number_of(last);
            if (!from || !to) return std::nullopt;
            return integer_between(*from, *to, column.descending,
                                   column.type == key_type::signed_integer, i, count);
        }
        case key_type::decimal:
            return fmt::format("({0}+({1}-{0})*{2}/{3})", first, last, i, count);
        case key_type::date:
            return fmt::format("({0}+INTERVAL TIMESTAMPDIFF(DAY,{0},{1})*{2} DIV {3} DAY)", first,
                               last, i, count);
        case key_type::datetime:
        case key_type::timestamp:
            return fmt::format("({0}+INTERVAL TIMESTAMPDIFF(SECOND,{0},{1})*{2} DIV {3} SECOND)",
                               first, last, i, count);
        case key_type::fixed_bytes:
        case key_type::variable_bytes:
        case key_type::text:
            return bytes_between(column, first, last, i, count);
        default:
            return std::nullopt;
    }
}

std::optional<keys::key_value> key_by(db::session& session, const rows::statements& texts,
                                      const std::string& query) {
    const auto found = session.query(query);
    if (found.empty()) return std::nullopt;
    return texts.codec().from_row(found.front());
}

}  // namespace

std::vector<keys::key_range> parts_of(db::session& session, const rows::statements& texts,
                                      const schema::projection& by, unsigned count) {
    const auto first = key_by(session, texts, texts.first_key());
    const auto last = key_by(session, texts, texts.last_key());
    if (!first || !last) return {};
    const schema::key_column& column = by.key.columns.front();
    const std::string from = texts.codec().literals(*first).front();
    const std::string to = texts.codec().literals(*last).front();
    std::vector<keys::key_range> parts;
    // The newest rows are a part of their own: from a bound on the look goes upwards.
    const auto tail = count < 2 ? std::nullopt
                                : key_by(session, texts,
                                         fmt::format("{} OFFSET {}", texts.last_key(), tail_rows));
    const auto end = tail ? tail : last;
    keys::key_range rest{.after = std::nullopt, .up_to = end};
    for (unsigned i = 1; i < count && from != to; ++i) {
        const auto probe = between(column, from, to, i, count);
        if (!probe) break;
        // The server orders them: where a probe is not above the bound before it, the next row is
        // the bound, and the parts are of other sizes.
        const auto bound = key_by(
            session, texts,
            fmt::format("SELECT {} FROM {} FORCE INDEX ({}) WHERE {}.{}{}{} AND {}{} LIMIT 1",
                        texts.source_key(), by.source.quoted(), quoted_name(by.key.source_index),
                        by.source.quoted(), quoted_name(column.source),
                        column.descending ? "<=" : ">=", *probe, texts.is_in_source(rest),
                        texts.source_order()));
        if (!bound || bound == end) break;
        parts.push_back({.after = rest.after, .up_to = bound});
        rest.after = bound;
    }
    parts.push_back(rest);
    if (tail) parts.push_back({.after = tail, .up_to = last});
    return parts;
}

}  // namespace segue::datacheck
