#include "src/schema/key_column.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace segue::schema {
namespace {

constexpr unsigned character_bytes_max = 4;
// A range of ENUM or SET is a list of its numbers, in every statement that has bounds.
constexpr unsigned numbers_max = 4096;

unsigned number_of(const std::string& column_type, std::size_t index, unsigned otherwise) {
    const auto numbers = numbers_of(column_type);
    return index < numbers.size() ? numbers[index] : otherwise;
}

// Of "enum('a','it''s')": quotes in a member are doubled.
unsigned members_of(const std::string& column_type) {
    unsigned quotes = 0;
    bool inside = false;
    for (std::size_t at = 0; at < column_type.size(); ++at) {
        if (column_type[at] != '\'') continue;
        if (inside && at + 1 < column_type.size() && column_type[at + 1] == '\'') {
            ++at;
            continue;
        }
        inside = !inside;
        ++quotes;
    }
    return quotes / 2;
}

std::string refused_type(const column& from) {
    const std::string is =
        fmt::format("{} is {}", quoted_name(from.name),
                    from.column_type.size() > 60 ? from.data_type : from.column_type);
    if (from.data_type == "float" || from.data_type == "double")
        return is + ", of which two values can print alike";
    return is + ", by which rows cannot be named";
}

}  // namespace

bool is_integer(const column& candidate) {
    constexpr std::array<std::string_view, 5> types = {"tinyint", "smallint", "mediumint", "int",
                                                       "bigint"};
    return std::find(types.begin(), types.end(), candidate.data_type) != types.end();
}

std::vector<unsigned> numbers_of(const std::string& column_type) {
    std::vector<unsigned> found;
    bool in_number = false;
    for (std::size_t at = column_type.find('('); at < column_type.size(); ++at) {
        const char c = column_type[at];
        if (c == ')') break;
        const bool digit = c >= '0' && c <= '9';
        if (digit && !in_number) found.push_back(0);
        if (digit) found.back() = found.back() * 10 + static_cast<unsigned>(c - '0');
        in_number = digit;
    }
    return found;
}

std::string_view charset_of(std::string_view collation) {
    return collation.substr(0, collation.find('_'));
}

bool key_column::ordered() const {
    switch (type) {
        case key_type::numbered:
            return false;
        case key_type::text:
            return collation == "utf8mb4_0900_bin";
        default:
            return true;
    }
}

std::string key_column::charset() const {
    return std::string(charset_of(collation));
}

std::string key_column::target_charset() const {
    return std::string(charset_of(target_collation));
}

unsigned key_column::bytes_max() const {
    switch (type) {
        case key_type::text:
            return length * character_bytes_max;
        case key_type::fixed_bytes:
        case key_type::variable_bytes:
            return length;
        case key_type::decimal:
            return length / 2 + 2;
        default:
            return 8;
    }
}

std::optional<key_column> read_key_column(const column& from, std::string& reason) {
    key_column made;
    made.source = from.name;
    made.ordinal = from.ordinal;
    const std::string& type = from.data_type;
    const auto first = [&](unsigned otherwise) {
        return number_of(from.column_type, 0, otherwise);
    };
    if (is_integer(from)) {
        made.type = from.is_unsigned() ? key_type::unsigned_integer : key_type::signed_integer;
    } else if (type == "bit") {
        made.type = key_type::bits;
        made.length = first(1);
    } else if (type == "year") {
        made.type = key_type::year;
    } else if (type == "decimal") {
        made.type = key_type::decimal;
        made.length = first(10);
        made.scale = number_of(from.column_type, 1, 0);
    } else if (type == "date") {
        made.type = key_type::date;
    } else if (type == "datetime" || type == "time" || type == "timestamp") {
        made.type = type == "datetime" ? key_type::datetime
                    : type == "time"   ? key_type::time
                                       : key_type::timestamp;
        made.length = first(0);
    } else if (type == "binary" || type == "varbinary") {
        made.type = type == "binary" ? key_type::fixed_bytes : key_type::variable_bytes;
        made.length = first(1);
    } else if (type == "char" || type == "varchar") {
        made.type = key_type::text;
        made.length = first(1);
        made.blanks_cut = type == "char";
        made.collation = from.collation;
    } else if (type == "enum" || type == "set") {
        made.type = key_type::numbered;
        const unsigned members = members_of(from.column_type);
        const bool is_set = type == "set";
        if (is_set ? members >= 12 : members >= numbers_max) {
            reason =
                fmt::format("{} is {} of {} members, and the server cannot look for a range of it",
                            quoted_name(from.name), is_set ? "a SET" : "an ENUM", members);
            return std::nullopt;
        }
        made.length = is_set ? (1U << members) - 1 : members;
    } else {
        reason = refused_type(from);
        return std::nullopt;
    }
    return made;
}

}  // namespace segue::schema
