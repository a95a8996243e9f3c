#include "src/schema/key_change.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace segue::schema {
namespace {

// Character sets of which each character, converted to Unicode, comes back as itself, and so does
// each character of Unicode that they have. Tried with all of them on 8.0.45 and 9.7.4. Not so in
// armscii8, big5, cp932, eucjpms, sjis and tis620, where characters have two codes; gb18030 and
// ujis have longer codes than were tried.
constexpr std::array<std::string_view, 33> lossless_charsets = {
    "ascii", "cp1250",  "cp1251", "cp1256",  "cp1257",  "cp850",  "cp852",    "cp866",   "dec8",
    "euckr", "gb2312",  "gbk",    "geostd8", "greek",   "hebrew", "hp8",      "keybcs2", "koi8r",
    "koi8u", "latin1",  "latin2", "latin5",  "latin7",  "macce",  "macroman", "swe7",    "ucs2",
    "utf16", "utf16le", "utf32",  "utf8",    "utf8mb3", "utf8mb4"};

bool is_lossless(std::string_view charset) {
    return std::find(lossless_charsets.begin(), lossless_charsets.end(), charset) !=
           lossless_charsets.end();
}

// https://dev.mysql.com/doc/refman/8.4/en/charset-unicode-sets.html
bool pads_blanks(std::string_view collation) {
    return collation.find("_0900_") == std::string_view::npos;
}

std::string shown_type(const column& one) {
    return one.collation.empty() ? one.column_type
                                 : fmt::format("{} collate {}", one.column_type, one.collation);
}

unsigned number_of(const column& one, std::size_t index) {
    const auto numbers = numbers_of(one.column_type);
    return index < numbers.size() ? numbers[index] : 0;
}

// What stands between the parentheses of ENUM('a','b').
std::string_view members_of(const column& one) {
    const std::string_view type = one.column_type;
    const std::size_t open = type.find('(');
    const std::size_t close = type.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos) return {};
    return type.substr(open + 1, close - open - 1);
}

// A quote within a member is doubled, so behind one that closes a member there is a comma.
bool grows_at_its_end(const column& from, const column& to) {
    const std::string_view before = members_of(from);
    const std::string_view after = members_of(to);
    return after == before ||
           (after.starts_with(before) && after.substr(before.size()).starts_with(','));
}

bool is_text(const column& one) {
    return one.data_type == "char" || one.data_type == "varchar";
}

bool is_numbered(const column& one) {
    return one.data_type == "enum" || one.data_type == "set";
}

bool is_exact_number(const column& one) {
    return is_integer(one) || one.data_type == "decimal" || one.data_type == "year" ||
           one.data_type == "bit";
}

bool is_moment(const column& one) {
    return one.data_type == "datetime" || one.data_type == "timestamp";
}

bool is_temporal(const column& one) {
    return is_moment(one) || one.data_type == "date" || one.data_type == "time";
}

// Digits behind the point of a number, or of a second.
unsigned decimals_of(const column& one) {
    if (one.data_type == "decimal") return number_of(one, 1);
    return is_temporal(one) ? number_of(one, 0) : 0;
}

// Different values have different texts, under the new table's collation too. (Those of a BIT are
// bytes.)
bool prints_apart(const column& from, const column& to) {
    if (is_numbered(from)) return from.collation == to.collation || to.data_type == "binary";
    return is_temporal(from) || (is_exact_number(from) && from.data_type != "bit");
}

// By what two values of `from` could become one of `to`; empty where each that `to` holds stays
// apart from all others.
std::string_view loss_of(const column& from, const column& to) {
    constexpr std::string_view different = "several values may become the same one";
    const std::string_view is = from.data_type;
    const std::string_view becomes = to.data_type;
    if (becomes == "varbinary") return "";
    if (becomes == "binary") {
        const bool filled_up = is_text(from) || is == "varbinary";
        return filled_up ? "zero bytes at the end do not count there" : "";
    }
    if (is_text(to) || is_numbered(to)) return prints_apart(from, to) ? "" : different;
    if (is_exact_number(to)) {
        if (becomes == "year" && is != "year") return different;
        if (is_numbered(from)) return "";
        if (!is_exact_number(from) && !is_temporal(from)) return different;
    } else {
        if (is_moment(from) && becomes == "date") return "the time of day is left out";
        if (is_moment(from) && becomes == "time") return "the day is left out";
        if (!is_temporal(from) || !(is_moment(to) || is == becomes)) return different;
    }
    if (decimals_of(from) <= decimals_of(to)) return "";
    return is_temporal(from) ? "digits of a second are rounded off"
                             : "digits behind the point are rounded off";
}

// Of a change that is not followed.
std::string reason_of(const column& from, const column& to) {
    const auto loss = loss_of(from, to);
    if (!loss.empty()) return fmt::format("two keys could become equal: {}", loss);
    if (from.data_type == to.data_type && is_numbered(from))
        return "its members have other numbers then, by which Segue names the rows";
    return "Segue follows no key from the one type to the other";
}

}  // namespace

obstacle carry_into_target(key_column& of, const column& from, const column& to) {
    const auto refused = [&](std::string_view why) {
        return fmt::format("{} changes its type from {} to {}, and {}", quoted_name(from.name),
                           shown_type(from), shown_type(to), why);
    };
    of.target = to.name;
    of.retyped = from.column_type != to.column_type;
    of.target_collation = to.collation;
    if (is_integer(from) && is_integer(to)) return std::nullopt;
    if (is_text(from) && is_text(to)) {
        of.by_bytes = from.collation != to.collation;
        of.target_cuts_blanks = to.data_type == "char";
        const auto before = charset_of(from.collation);
        const auto after = charset_of(to.collation);
        if (before != after && !(is_lossless(before) && is_lossless(after)))
            return refused(
                "two keys could become equal: characters of these character sets do not all come "
                "back from the other one");
        if (of.target_cuts_blanks && !of.blanks_cut && !pads_blanks(from.collation))
            return refused("two keys could become equal but for spaces at the end");
        return std::nullopt;
    }
    if (from.data_type == "date" && to.data_type == "datetime") return std::nullopt;
    if (from.data_type != to.data_type) return refused(reason_of(from, to));
    bool apart = from.column_type == to.column_type;
    switch (of.type) {
        case key_type::bits:
        case key_type::variable_bytes:
            apart = true;
            break;
        case key_type::decimal:
            apart = number_of(to, 1) >= of.scale;
            break;
        case key_type::datetime:
        case key_type::time:
        case key_type::timestamp:
            apart = number_of(to, 0) >= of.length;
            break;
        case key_type::numbered:
            apart = grows_at_its_end(from, to);
            break;
        default:
            break;
    }
    return apart ? std::nullopt : obstacle(refused(reason_of(from, to)));
}

}  // namespace segue::schema
