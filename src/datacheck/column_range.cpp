#include "src/datacheck/column_range.hpp"

#include "src/schema/key_column.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace segue::datacheck {
namespace {

struct named_kind {
    std::string_view data_type;
    value_kind is;
};

constexpr std::array named_kinds = std::to_array<named_kind>({
    {"tinyint", value_kind::integer},
    {"smallint", value_kind::integer},
    {"mediumint", value_kind::integer},
    {"int", value_kind::integer},
    {"bigint", value_kind::integer},
    {"decimal", value_kind::decimal},
    {"float", value_kind::real},
    {"double", value_kind::real},
    {"year", value_kind::year},
    {"date", value_kind::date},
    {"datetime", value_kind::moment},
    {"timestamp", value_kind::moment},
    {"time", value_kind::time},
    {"char", value_kind::text},
    {"varchar", value_kind::text},
    {"tinytext", value_kind::text},
    {"text", value_kind::text},
    {"mediumtext", value_kind::text},
    {"longtext", value_kind::text},
    {"binary", value_kind::bytes},
    {"varbinary", value_kind::bytes},
    {"tinyblob", value_kind::bytes},
    {"blob", value_kind::bytes},
    {"mediumblob", value_kind::bytes},
    {"longblob", value_kind::bytes},
    {"enum", value_kind::enumeration},
    {"set", value_kind::set},
    {"json", value_kind::json},
    {"geometry", value_kind::spatial},
    {"point", value_kind::spatial},
    {"linestring", value_kind::spatial},
    {"polygon", value_kind::spatial},
    {"multipoint", value_kind::spatial},
    {"multilinestring", value_kind::spatial},
    {"multipolygon", value_kind::spatial},
    {"geomcollection", value_kind::spatial},
    {"geometrycollection", value_kind::spatial},
});

struct integer_range {
    std::int64_t least;
    std::uint64_t most;
};

std::optional<integer_range> integers_of(const schema::column& of) {
    unsigned bits = 0;
    if (of.data_type == "tinyint") bits = 8;
    if (of.data_type == "smallint") bits = 16;
    if (of.data_type == "mediumint") bits = 24;
    if (of.data_type == "int") bits = 32;
    if (of.data_type == "bigint") bits = 64;
    if (bits == 0) return std::nullopt;
    const std::uint64_t all =
        bits == 64 ? std::numeric_limits<std::uint64_t>::max() : (std::uint64_t{1} << bits) - 1;
    if (of.is_unsigned()) return integer_range{.least = 0, .most = all};
    const auto most = static_cast<std::int64_t>(all / 2);
    return integer_range{.least = -most - 1, .most = static_cast<std::uint64_t>(most)};
}

// The greatest value of DECIMAL(5,2): 999.99.
std::string nines(unsigned digits, unsigned decimals) {
    std::string most = digits > decimals ? std::string(digits - decimals, '9') : "0";
    if (decimals > 0) most += "." + std::string(decimals, '9');
    return most;
}

}  // namespace

value_kind kind_of(const schema::column& of) {
    const auto* const found =
        std::ranges::find(named_kinds, std::string_view(of.data_type), &named_kind::data_type);
    return found == named_kinds.end() ? value_kind::other : found->is;
}

std::optional<number_range> range_of(const schema::column& of) {
    if (const auto all = integers_of(of))
        return number_range{.least = std::to_string(all->least), .most = std::to_string(all->most)};
    if (of.data_type != "decimal") return std::nullopt;
    const auto digits = schema::numbers_of(of.column_type);
    if (digits.size() != 2) return std::nullopt;
    const std::string most = nines(digits[0], digits[1]);
    return number_range{
        .least = of.is_unsigned() ? "0" : "-" + most, .most = most, .decimals = digits[1]};
}

bool is_within(const schema::column& inner, const schema::column& outer) {
    const auto one = integers_of(inner);
    const auto other = integers_of(outer);
    return one && other && one->least >= other->least && one->most <= other->most;
}

std::optional<length_limit> length_of(const schema::column& of) {
    constexpr std::uint64_t tiny = 255;
    constexpr std::uint64_t usual = 65'535;
    constexpr std::uint64_t medium = 16'777'215;
    const std::string_view type = of.data_type;
    const bool is_bytes = kind_of(of) == value_kind::bytes;
    if (type == "tinytext" || type == "tinyblob")
        return length_limit{.most = tiny, .in_bytes = true};
    if (type == "text" || type == "blob") return length_limit{.most = usual, .in_bytes = true};
    if (type == "mediumtext" || type == "mediumblob")
        return length_limit{.most = medium, .in_bytes = true};
    if (type != "char" && type != "varchar" && type != "binary" && type != "varbinary")
        return std::nullopt;
    const auto numbers = schema::numbers_of(of.column_type);
    if (numbers.empty()) return std::nullopt;
    return length_limit{.most = numbers.front(), .in_bytes = is_bytes};
}

std::uint64_t printed_length(const schema::column& of) {
    constexpr std::uint64_t of_integer = 20;  // -9223372036854775808
    constexpr std::uint64_t of_year = 4;
    constexpr std::uint64_t of_date = 10;
    constexpr std::uint64_t of_moment = 26;  // with six digits of a second
    constexpr std::uint64_t of_time = 17;
    switch (kind_of(of)) {
        case value_kind::integer: {
            // ZEROFILL may have a display width of more digits than the type.
            const auto width = schema::numbers_of(of.column_type);
            return std::max<std::uint64_t>(of_integer, width.empty() ? 0 : width.front());
        }
        case value_kind::year:
            return of_year;
        case value_kind::date:
            return of_date;
        case value_kind::moment:
            return of_moment;
        case value_kind::time:
            return of_time;
        default:
            return 0;
    }
}

// 'a','it''s': a quote within a member is doubled.
std::vector<std::string> members_of(const schema::column& of) {
    std::vector<std::string> members;
    const std::string& type = of.column_type;
    for (std::size_t at = type.find('\''); at != std::string::npos; at = type.find('\'', at)) {
        std::size_t end = at + 1;
        for (; end < type.size(); ++end) {
            if (type[end] != '\'') continue;
            if (end + 1 >= type.size() || type[end + 1] != '\'') break;
            ++end;
        }
        members.push_back(type.substr(at, end + 1 - at));
        at = end + 1;
    }
    return members;
}

}  // namespace segue::datacheck
