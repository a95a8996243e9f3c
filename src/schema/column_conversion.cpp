#include "src/schema/column_conversion.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace segue::schema {
namespace {

// In the order of the list's rows and columns.
enum class kind {
    integer,
    decimal,
    real,
    bits,
    year,
    date,
    moment,
    time,
    character,
    text,
    bytes,
    blob,
    enumeration,
    set,
    json,
    geometry,
    vector
};
constexpr std::size_t kinds = 17;

struct named_kind {
    std::string_view data_type;
    kind is;
};

constexpr std::array named_kinds = std::to_array<named_kind>({
    {"tinyint", kind::integer},
    {"smallint", kind::integer},
    {"mediumint", kind::integer},
    {"int", kind::integer},
    {"bigint", kind::integer},
    {"decimal", kind::decimal},
    {"float", kind::real},
    {"double", kind::real},
    {"bit", kind::bits},
    {"year", kind::year},
    {"date", kind::date},
    {"datetime", kind::moment},
    {"timestamp", kind::moment},
    {"time", kind::time},
    {"char", kind::character},
    {"varchar", kind::character},
    {"tinytext", kind::text},
    {"text", kind::text},
    {"mediumtext", kind::text},
    {"longtext", kind::text},
    {"binary", kind::bytes},
    {"varbinary", kind::bytes},
    {"tinyblob", kind::blob},
    {"blob", kind::blob},
    {"mediumblob", kind::blob},
    {"longblob", kind::blob},
    {"enum", kind::enumeration},
    {"set", kind::set},
    {"json", kind::json},
    {"geometry", kind::geometry},
    {"point", kind::geometry},
    {"linestring", kind::geometry},
    {"polygon", kind::geometry},
    {"multipoint", kind::geometry},
    {"multilinestring", kind::geometry},
    {"multipolygon", kind::geometry},
    {"geomcollection", kind::geometry},
    {"geometrycollection", kind::geometry},
    {"vector", kind::vector},
});

std::optional<kind> kind_of(const column& of) {
    for (const auto& named : named_kinds)
        if (named.data_type == of.data_type) return named.is;
    return std::nullopt;
}

// A row for each kind to convert from, a letter for each to convert to, both in the enum's order:
//   =  as_it_is    t  as_text    i  as_integer    b  as_bits    r  as_real    d  as_decimal
//   n  as_today    .  not on the list
constexpr std::array<std::string_view, kinds> list = {
    //   i d r b y d m t c t b b e s j g v
    /* integer     */ "===i=tttttttttt==",
    /* decimal     */ "i==iitttttttttt==",
    /* real        */ "i=riitttttttttt==",
    /* bits        */ "=====ii=========t",
    /* year        */ "=====tttttttttt==",
    /* date        */ "i==ii============",
    /* moment      */ "=================",
    /* time        */ "=====nn==========",
    /* character   */ "===b=============",
    /* text        */ "=d=b=============",
    /* bytes       */ "===b=============",
    /* blob        */ "=d=b=============",
    /* enumeration */ "=================",
    /* set         */ "=================",
    /* json        */ "t=tbtttt=========",
    /* geometry    */ "===.============.",
    /* vector      */ "===.=============",
};

static_assert(std::all_of(list.begin(), list.end(),
                          [](std::string_view row) { return row.size() == kinds; }));

bool same_type(const column& from, const column& to) {
    return from.column_type == to.column_type && from.collation == to.collation;
}

// "(10,2)" of "decimal(10,2) unsigned"
std::string_view digits_of(const column& of) {
    const std::string_view type = of.column_type;
    const std::size_t open = type.find('(');
    if (open == type.npos || type.find(')') == type.npos)
        throw error(fmt::format("the server prints a DECIMAL without its digits: {}", type));
    return type.substr(open, type.find(')') + 1 - open);
}

std::string forbidden_date(const std::string& value, const conversion_rules& rules) {
    std::string zero_in_date = fmt::format("MONTH({0})=0 OR DAYOFMONTH({0})=0", value);
    std::string zero = fmt::format("YEAR({0})=0 AND MONTH({0})=0 AND DAYOFMONTH({0})=0", value);
    if (rules.no_zero_date && rules.no_zero_in_date) return zero_in_date;
    if (rules.no_zero_date) return zero;
    return fmt::format("({}) AND NOT ({})", zero_in_date, zero);
}

}  // namespace

std::optional<conversion> conversion_of(const column& from, const column& to) {
    // Also of a type that is not known here.
    if (same_type(from, to)) return conversion::as_it_is;
    const auto is = kind_of(from);
    const auto becomes = kind_of(to);
    if (!is || !becomes) return std::nullopt;
    switch (list.at(static_cast<std::size_t>(*is)).at(static_cast<std::size_t>(*becomes))) {
        case '=':
            return conversion::as_it_is;
        case 't':
            return conversion::as_text;
        case 'i':
            return conversion::as_integer;
        case 'b':
            return conversion::as_bits;
        case 'r':
            return conversion::as_real;
        case 'd':
            return conversion::as_decimal;
        case 'n':
            return conversion::as_today;
        default:
            return std::nullopt;
    }
}

std::string converted(const column& from, const column& to, conversion how, const std::string& name,
                      const conversion_rules& rules) {
    std::string value = name;
    switch (how) {
        case conversion::as_it_is:
            break;
        case conversion::as_text:
            value = fmt::format("CONCAT({})", name);
            break;
        case conversion::as_integer:
            // Of one without a sign what is too large stays so, of one with a sign what is below 0.
            value = fmt::format("CAST({} AS {})", name, from.is_unsigned() ? "UNSIGNED" : "SIGNED");
            break;
        case conversion::as_bits:
            // CAST would take what is too large for a BIGINT.
            value = fmt::format("({}|0)", name);
            break;
        case conversion::as_real:
            // Not +0, which would take the sign from -0.
            value = fmt::format("({}*1e0)", name);
            break;
        case conversion::as_decimal:
            value = fmt::format("CAST({} AS DECIMAL{})", name, digits_of(to));
            break;
        case conversion::as_today:
            // The server's own conversion would take the day on which a row is carried over.
            require(!rules.today.empty(), "the day on which the table is changed is known");
            return fmt::format("TIMESTAMP({},{})", quoted_literal(rules.today), name);
    }
    const auto is_date = [](const std::optional<kind>& is) {
        return is == kind::date || is == kind::moment;
    };
    // No vector is a date, and MONTH() takes none, not even NULL.
    const bool never_new = is_date(kind_of(from)) || kind_of(from) == kind::vector;
    if (never_new || !is_date(kind_of(to)) || !(rules.no_zero_date || rules.no_zero_in_date))
        return value;
    // The session lets such dates be, for the sake of those that are carried on. Instead of one it
    // gets what is no date at all, of the value's own type.
    const std::string_view no_date = how == conversion::as_integer ? "-1" : "''";
    return fmt::format("IF({},{},{})", forbidden_date(value, rules), no_date, value);
}

}  // namespace segue::schema
