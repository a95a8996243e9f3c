#include "src/datacheck/value_conditions.hpp"

#include "src/datacheck/column_range.hpp"
#include "src/schema/key_column.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::datacheck {
namespace {

constexpr std::uint64_t bytes_of_a_character = 4;

bool is_one_of(value_kind is, std::initializer_list<value_kind> any) {
    return std::ranges::find(any, is) != any.end();
}

bool is_number(value_kind is) {
    return is_one_of(is, {value_kind::integer, value_kind::decimal, value_kind::real});
}

bool is_moment(value_kind is) {
    return is_one_of(is,
                     {value_kind::year, value_kind::date, value_kind::moment, value_kind::time});
}

/// One pair of types.
class pair {
  public:
    pair(const schema::column& from, const schema::column& to, const std::string& name)
        : from_(from), to_(to), name_(name), is_(kind_of(from)), becomes_(kind_of(to)) {}

    value_conditions made() && {
        switch (becomes_) {
            case value_kind::text:
            case value_kind::bytes:
                of_length();
                break;
            case value_kind::integer:
            case value_kind::decimal:
                of_range();
                break;
            case value_kind::real:
                of_real();
                break;
            case value_kind::date:
            case value_kind::moment:
            case value_kind::time:
                of_moments();
                break;
            case value_kind::enumeration:
            case value_kind::set:
                of_members();
                break;
            case value_kind::json:
                if (is_ == value_kind::text)
                    add("JSON_VALID({0})=0");
                else
                    made_.complete = false;
                break;
            default:
                made_.complete = false;
        }
        return std::move(made_);
    }

  private:
    template <typename... Args>
    void add(fmt::format_string<const std::string&, const Args&...> condition,
             const Args&... args) {
        made_.conditions.push_back({.sql = fmt::format(condition, name_, args...)});
    }
    template <typename... Args>
    void add_exact(fmt::format_string<const std::string&, const Args&...> condition,
                   const Args&... args) {
        add(condition, args...);
        made_.conditions.back().exact = true;
    }

    void of_length() {
        const auto after = length_of(to_);
        const bool texts = is_ == value_kind::text && becomes_ == value_kind::text;
        const bool bytes = is_ == value_kind::bytes && becomes_ == value_kind::bytes;
        if (texts) of_charset();
        if (texts || bytes) {
            if (after && longest() > after->most) of_own_length(*after, texts);
        } else if (is_ == value_kind::text) {
            if (after) add("LENGTH({0})>{1}", after->most);
        } else if (is_one_of(is_, {value_kind::bytes, value_kind::spatial, value_kind::other})) {
            made_.complete = false;  // What bytes are text only the server tells.
        } else if (const auto printed = printed_length(from_);
                   after && (printed == 0 || printed > after->most)) {
            add("CHAR_LENGTH(CONCAT({0}))>{1}", after->most);
        }
    }

    // Spaces at the end of a text are cut without a word, but from a VARCHAR to another one of the
    // same character set.
    void of_own_length(const length_limit& after, bool texts) {
        if (!texts)
            add_exact("LENGTH({0})>{1}", after.most);
        else if (!after.in_bytes && from_.data_type == "varchar" && to_.data_type == "varchar" &&
                 schema::charset_of(from_.collation) == schema::charset_of(to_.collation))
            add_exact("CHAR_LENGTH({0})>{1}", after.most);
        else if (!after.in_bytes)
            add_exact("CHAR_LENGTH(TRIM(TRAILING ' ' FROM {0}))>{1}", after.most);
        else
            add("LENGTH(CONVERT({0} USING {1}))>{2}", schema::charset_of(to_.collation),
                after.most);
    }

    // How long a value of the original can be, in what the new column's limit counts.
    std::uint64_t longest() const {
        const auto before = length_of(from_);
        if (!before) return std::numeric_limits<std::uint64_t>::max();
        const auto after = length_of(to_);
        const bool grows = after && after->in_bytes && becomes_ == value_kind::text &&
                           (!before->in_bytes || from_.collation != to_.collation);
        return grows ? before->most * bytes_of_a_character : before->most;
    }

    // A character set that lacks characters of the other one.
    void of_charset() {
        const auto before = schema::charset_of(from_.collation);
        const auto after = schema::charset_of(to_.collation);
        constexpr std::array<std::string_view, 5> whole = {"utf8mb4", "utf16", "utf16le", "utf32",
                                                           "gb18030"};
        if (before == after || before == "ascii" || std::ranges::find(whole, after) != whole.end())
            return;
        add("CAST(CONVERT(CONVERT({0} USING {1}) USING {2}) AS BINARY)<>CAST({0} AS BINARY)", after,
            before);
    }

    void of_range() {
        const auto range = range_of(to_);
        if (!range) {
            made_.complete = false;
        } else if (is_ == value_kind::integer && becomes_ == value_kind::integer) {
            if (!is_within(from_, to_))
                add_exact("{0} NOT BETWEEN {1} AND {2}", range->least, range->most);
        } else if (is_number(is_)) {
            add("ROUND({0},{1}) NOT BETWEEN {2} AND {3}", range->decimals, range->least,
                range->most);
        } else if (is_moment(is_)) {
            add("ROUND({0}+0,{1}) NOT BETWEEN {2} AND {3}", range->decimals, range->least,
                range->most);
        } else if (is_ == value_kind::text) {
            of_number();
            add("ROUND(CAST({0} AS DECIMAL(65,30)),{1}) NOT BETWEEN {2} AND {3}", range->decimals,
                range->least, range->most);
        } else {
            made_.complete = false;
        }
    }

    void of_number() {
        add("TRIM({0}) NOT REGEXP '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$'");
    }

    void of_real() {
        constexpr std::string_view float_most = "3.4028234e38";
        if (!schema::numbers_of(to_.column_type).empty() ||
            (!is_number(is_) && is_ != value_kind::text)) {
            made_.complete = is_moment(is_) && schema::numbers_of(to_.column_type).empty();
            return;
        }
        if (is_ == value_kind::text) of_number();
        if (to_.is_unsigned() && !from_.is_unsigned()) add("{0}+0<0");
        const bool may_be_greater =
            is_ == value_kind::text || is_ == value_kind::decimal || from_.data_type == "double";
        if (to_.data_type == "float" && may_be_greater) add("ABS({0}+0e0)>{1}", float_most);
    }

    // What a text, or a number, becomes as a DATE the server judges: only what can be none is told.
    void of_moments() {
        const bool to_time = becomes_ == value_kind::time;
        if (is_ == value_kind::text || is_number(is_)) {
            const std::string_view type = to_time ? "TIME" : "DATETIME(6)";
            add("{0} IS NOT NULL AND CAST({0} AS {1}) IS NULL", type);
            made_.complete = made_.complete && is_ != value_kind::text;
            if (!to_time) add("MONTH(CAST({0} AS {1}))=0 OR DAYOFMONTH(CAST({0} AS {1}))=0", type);
        } else if (!is_moment(is_) || is_ == value_kind::year) {
            made_.complete = false;
        } else if (becomes_ == value_kind::moment && is_ == value_kind::moment) {
            add("{0}>'9999-12-31 23:59:59'");  // The fraction that is cut off is rounded.
        }
        if (to_.data_type != "timestamp" || from_.data_type == "timestamp" || !made_.complete)
            return;
        // In any time zone; the server judges what is near the ends.
        add("CAST({0} AS DATETIME(6)) NOT BETWEEN '1970-01-02 14:00:00' AND '2038-01-18 00:00:00'");
    }

    void of_members() {
        const auto after = members_of(to_);
        const auto has_backslash = [](const std::string& one) {
            return one.find('\\') != std::string::npos;
        };
        if (std::ranges::any_of(after, has_backslash)) {
            made_.complete = false;  // Whether it escapes depends on the sql_mode.
        } else if (becomes_ == value_kind::enumeration &&
                   is_one_of(is_, {value_kind::text, value_kind::enumeration})) {
            if (is_ == value_kind::text || is_lost(after))
                add("{0} NOT IN ({1})", fmt::format("{}", fmt::join(after, ",")));
        } else if (is_ == value_kind::set && becomes_ == value_kind::set) {
            for (const std::string& one : members_of(from_))
                if (std::ranges::find(after, one) == after.end() && !has_backslash(one))
                    add("FIND_IN_SET({1},{0})", one);
        } else {
            made_.complete = false;
        }
    }

    bool is_lost(const std::vector<std::string>& after) const {
        return std::ranges::any_of(members_of(from_), [&](const std::string& one) {
            return std::ranges::find(after, one) == after.end();
        });
    }

    const schema::column& from_;
    const schema::column& to_;
    const std::string& name_;
    const value_kind is_;
    const value_kind becomes_;
    value_conditions made_;
};

}  // namespace

value_conditions conditions_of(const schema::column& from, const schema::column& to,
                               const std::string& name) {
    value_conditions made;
    if (from.column_type != to.column_type || from.collation != to.collation)
        made = pair(from, to, name).made();
    if (to.srid && to.srid != from.srid && kind_of(from) == value_kind::spatial)
        made.conditions.push_back(
            {.sql = fmt::format("ST_SRID({})<>{}", name, *to.srid), .exact = true});
    if (from.nullable && !to.nullable)
        made.conditions.insert(made.conditions.begin(), {.sql = name + " IS NULL", .exact = true});
    return made;
}

}  // namespace segue::datacheck
