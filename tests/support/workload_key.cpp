#include "tests/support/workload_key.hpp"

#include "src/base/table_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

#include <fmt/format.h>

namespace segue::test {
namespace {

// Key number 0 of each kind. Signed keys begin below zero, unsigned ones pass the largest signed
// number after a few hundred rows.
constexpr std::int64_t signed_start = -500;
constexpr std::uint64_t unsigned_start = 9223372036854775807U - 300;
constexpr std::int64_t shops = 7;
constexpr std::int64_t first_shop = -3;
constexpr std::int64_t decimal_step = 10'001;  // of a ten thousandth
constexpr std::int64_t decimal_start = -5'000'000;
constexpr std::int64_t days = 97;
constexpr std::int64_t micros_step = 1'234'567;
// Their numbers are not in the order of their names.
constexpr std::array<std::string_view, 4> enum_members = {"c", "a", "b", "A2"};
// Spreads numbers over 32 bits, so that neighbours are far apart.
constexpr std::uint64_t spread = 2'654'435'761;
constexpr std::uint64_t low_32 = 0xFFFFFFFF;
constexpr std::uint64_t low_16 = 0xFFFF;

constexpr std::chrono::sys_days first_day{std::chrono::year{2001} / 1 / 1};
constexpr std::string_view first_day_text = "2001-01-01";

template <typename Number>
std::optional<Number> parsed(std::string_view text, int base = 10) {
    Number number = 0;
    const char* const end = text.data() + text.size();
    const auto [at, failed] = std::from_chars(text.data(), end, number, base);
    if (failed != std::errc() || at != end) return std::nullopt;
    return number;
}

std::string reversed(std::string text) {
    std::reverse(text.begin(), text.end());
    return text;
}

std::uint64_t mixed(std::uint64_t number) {
    return number * spread & low_32;
}

std::string day_text(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
    if (text.size() != 10) return std::nullopt;
    const auto year = parsed<int>(text.substr(0, 4));
    const auto month = parsed<unsigned>(text.substr(5, 2));
    const auto day = parsed<unsigned>(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    return std::chrono::sys_days(std::chrono::year{*year} / std::chrono::month{*month} /
                                 std::chrono::day{*day});
}

std::string datetime_text(std::uint64_t number) {
    const std::chrono::microseconds since(static_cast<std::int64_t>(number) * micros_step);
    const auto day = std::chrono::floor<std::chrono::days>(since);
    const std::chrono::hh_mm_ss clock(since - day);
    return fmt::format("{} {:02}:{:02}:{:02}.{:06}", day_text(first_day + day),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::optional<std::int64_t> datetime_number(std::string_view text) {
    if (text.size() != 26) return std::nullopt;
    const auto day = day_of(text.substr(0, 10));
    const auto hours = parsed<std::int64_t>(text.substr(11, 2));
    const auto minutes = parsed<std::int64_t>(text.substr(14, 2));
    const auto seconds = parsed<std::int64_t>(text.substr(17, 2));
    const auto micros = parsed<std::int64_t>(text.substr(20, 6));
    if (!day || !hours || !minutes || !seconds || !micros) return std::nullopt;
    const std::int64_t since =
        (((*day - first_day).count() * 24 + *hours) * 60 + *minutes) * 60 + *seconds;
    return (since * 1'000'000 + *micros) / micros_step;
}

std::string decimal_text(std::uint64_t number) {
    const std::int64_t units = static_cast<std::int64_t>(number) * decimal_step + decimal_start;
    const std::int64_t size = units < 0 ? -units : units;
    return fmt::format("{}{}.{:04}", units < 0 ? "-" : "", size / 10'000, size % 10'000);
}

std::optional<std::int64_t> decimal_number(std::string text) {
    std::erase(text, '.');
    const auto units = parsed<std::int64_t>(text);
    if (!units) return std::nullopt;
    return (*units - decimal_start) / decimal_step;
}

// Two bytes in no order, then the number in as few bytes as it has.
std::string varbinary_hex(std::uint64_t number) {
    std::string digits = fmt::format("{:X}", number);
    if (digits.size() % 2 != 0) digits.insert(0, "0");
    return fmt::format("{:04X}", mixed(number) & low_16) + digits;
}

// "key", which has many spellings, and what has one.
std::string plain_text(std::uint64_t number) {
    return fmt::format("key{:04X}-{}", mixed(number) & low_16, number);
}

// Letters in either case, and where the column has them others that are equal to them.
std::string spelled(std::string text, std::uint64_t spelling, bool accents) {
    std::string made;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool turn = (spelling & 1U) != 0;
        if (letter) spelling >>= 1U;
        if (letter && turn && accents && c == 'e' && (spelling & 1U) != 0)
            made += "\u00e9";
        else
            made += letter && turn ? static_cast<char>(c ^ 0x20) : c;
    }
    return made;
}

std::optional<std::uint64_t> number_behind_dash(const std::string& text) {
    const auto dash = text.rfind('-');
    if (dash == std::string::npos) return std::nullopt;
    return parsed<std::uint64_t>(std::string_view(text).substr(dash + 1));
}

std::optional<std::uint64_t> not_negative(std::optional<std::int64_t> number) {
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

const std::string spread_expression = fmt::format("(k * {} & {})", spread, low_32);
const std::string hex_16_expression =
    fmt::format("LPAD(HEX({} & {}), 4, '0')", spread_expression, low_16);

}  // namespace

bool workload_key::has_spellings() const {
    return kind == key_kind::any_case_text || kind == key_kind::padded_latin_text ||
           kind == key_kind::any_case_composite;
}

std::vector<std::string> workload_key::columns() const {
    switch (kind) {
        case key_kind::composite:
        case key_kind::downwards_composite:
        case key_kind::any_case_composite:
        case key_kind::enum_composite:
        case key_kind::date_composite:
            return {"shop", "id"};
        default:
            return {"id"};
    }
}

std::string workload_key::definition() const {
    constexpr std::string_view enum_shop = "`shop` ENUM('c','a','b','A2') NOT NULL";
    constexpr std::string_view any_case =
        "`id` VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NOT NULL";
    switch (kind) {
        case key_kind::signed_integer:
            return "`id` BIGINT NOT NULL";
        case key_kind::unsigned_integer:
            return "`id` BIGINT UNSIGNED NOT NULL";
        case key_kind::auto_increment:
            return "`id` BIGINT NOT NULL AUTO_INCREMENT";
        case key_kind::composite:
        case key_kind::downwards_composite:
            return "`shop` INT NOT NULL, `id` BIGINT NOT NULL";
        case key_kind::narrow_integer:
            return "`id` INT NOT NULL";
        case key_kind::binary16:
            return "`id` BINARY(16) NOT NULL";
        case key_kind::varbinary:
            return "`id` VARBINARY(12) NOT NULL";
        case key_kind::bytewise_text:
            return "`id` VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL";
        case key_kind::any_case_text:
            return std::string(any_case);
        case key_kind::padded_latin_text:
            return "`id` CHAR(30) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL";
        case key_kind::any_case_composite:
            return fmt::format("{}, {}", enum_shop, any_case);
        case key_kind::enum_composite:
            return fmt::format("{}, `id` INT NOT NULL", enum_shop);
        case key_kind::decimal:
            return "`id` DECIMAL(20,4) NOT NULL";
        case key_kind::datetime:
            return "`id` DATETIME(6) NOT NULL";
        case key_kind::date_composite:
            return "`shop` DATE NOT NULL, `id` INT NOT NULL";
    }
    return {};
}

std::string workload_key::index() const {
    std::string made;
    for (const std::string& column : columns())
        made += fmt::format("{}`{}`", made.empty() ? "" : ", ", column);
    return kind == key_kind::downwards_composite ? made + " DESC" : made;
}

std::vector<std::string> workload_key::read_expressions() const {
    switch (kind) {
        case key_kind::composite:
        case key_kind::downwards_composite:
        case key_kind::any_case_composite:
        case key_kind::date_composite:
            return {"`shop`", "`id`"};
        case key_kind::enum_composite:
            return {"`shop`+0", "`id`"};
        case key_kind::binary16:
        case key_kind::varbinary:
            return {"HEX(`id`)"};
        default:
            return {"`id`"};
    }
}

std::string workload_key::fill_expressions() const {
    const std::string text = fmt::format("CONCAT('key', {}, '-', k)", hex_16_expression);
    const auto members = static_cast<std::int64_t>(enum_members.size());
    switch (kind) {
        case key_kind::signed_integer:
        case key_kind::narrow_integer:
            return fmt::format("k + {}", signed_start);
        case key_kind::unsigned_integer:
            return fmt::format("CAST({} AS UNSIGNED) + k", unsigned_start);
        case key_kind::auto_increment:
            return "k + 1";
        case key_kind::composite:
        case key_kind::downwards_composite:
            return fmt::format("k % {} + {}, k DIV {}", shops, first_shop, shops);
        case key_kind::binary16:
            return fmt::format(
                "UNHEX(CONCAT(LPAD(HEX({}), 8, '0'), REVERSE(LPAD(HEX(k), 24, '0'))))",
                spread_expression);
        case key_kind::varbinary:
            return fmt::format("UNHEX(CONCAT({}, LPAD(HEX(k), 2 * CEIL(LENGTH(HEX(k)) / 2), '0')))",
                               hex_16_expression);
        case key_kind::bytewise_text:
        case key_kind::any_case_text:
        case key_kind::padded_latin_text:
            return text;
        case key_kind::any_case_composite:
            return fmt::format("k % {} + 1, {}", members, text);
        case key_kind::enum_composite:
            return fmt::format("k % {0} + 1, k DIV {0}", members);
        case key_kind::decimal:
            return fmt::format("(k * {} + {}) / 10000", decimal_step, decimal_start);
        case key_kind::datetime:
            return fmt::format("TIMESTAMPADD(MICROSECOND, k * {}, '{} 00:00:00.000000')",
                               micros_step, first_day_text);
        case key_kind::date_composite:
            return fmt::format("DATE_ADD('{}', INTERVAL k % {} DAY), k DIV {}", first_day_text,
                               days, days);
    }
    return {};
}

std::vector<std::string> workload_key::literals(std::uint64_t number,
                                                std::uint64_t spelling) const {
    const auto is_signed = static_cast<std::int64_t>(number);
    const auto in_quotes = [](const std::string& text) { return segue::quoted_literal(text); };
    const auto member = [&] {
        return in_quotes(std::string(enum_members.at(number % enum_members.size())));
    };
    switch (kind) {
        case key_kind::signed_integer:
        case key_kind::narrow_integer:
            return {std::to_string(is_signed + signed_start)};
        case key_kind::unsigned_integer:
            return {std::to_string(number + unsigned_start)};
        case key_kind::auto_increment:
            return {std::to_string(is_signed + 1)};
        case key_kind::composite:
        case key_kind::downwards_composite:
            return {std::to_string(is_signed % shops + first_shop),
                    std::to_string(is_signed / shops)};
        case key_kind::binary16:
            return {fmt::format("X'{:08X}{}'", mixed(number),
                                reversed(fmt::format("{:024X}", number)))};
        case key_kind::varbinary:
            return {"X'" + varbinary_hex(number) + "'"};
        case key_kind::bytewise_text:
            return {in_quotes(plain_text(number))};
        case key_kind::any_case_text:
            return {in_quotes(spelled(plain_text(number), spelling, true))};
        case key_kind::padded_latin_text:
            return {in_quotes(spelled(plain_text(number), spelling, true) +
                              std::string(spelling % 3, ' '))};
        case key_kind::any_case_composite:
            return {member(), in_quotes(spelled(plain_text(number), spelling, true))};
        case key_kind::enum_composite:
            return {member(), std::to_string(number / enum_members.size())};
        case key_kind::decimal:
            return {decimal_text(number)};
        case key_kind::datetime:
            return {in_quotes(datetime_text(number))};
        case key_kind::date_composite:
            return {in_quotes(day_text(first_day + std::chrono::days(is_signed % days))),
                    std::to_string(is_signed / days)};
    }
    return {};
}

std::optional<std::uint64_t> workload_key::number(const row& printed) const {
    if (std::any_of(printed.begin(), printed.end(), [](const value& one) { return !one; }))
        return std::nullopt;
    const std::string& first = *printed.front();
    const std::string& last = *printed.back();
    const auto with_rest = [](std::optional<std::int64_t> whole, std::optional<std::int64_t> rest,
                              std::int64_t divisor) -> std::optional<std::uint64_t> {
        if (!whole || !rest || *rest < 0 || *rest >= divisor) return std::nullopt;
        return not_negative(*whole * divisor + *rest);
    };
    const auto less = [](std::optional<std::int64_t> from,
                         std::int64_t start) -> std::optional<std::int64_t> {
        if (!from) return std::nullopt;
        return *from - start;
    };
    switch (kind) {
        case key_kind::signed_integer:
        case key_kind::narrow_integer:
            return not_negative(less(parsed<std::int64_t>(first), signed_start));
        case key_kind::unsigned_integer: {
            const auto id = parsed<std::uint64_t>(first);
            if (!id || *id < unsigned_start) return std::nullopt;
            return *id - unsigned_start;
        }
        case key_kind::auto_increment:
            return not_negative(less(parsed<std::int64_t>(first), 1));
        case key_kind::composite:
        case key_kind::downwards_composite:
            return with_rest(parsed<std::int64_t>(last),
                             less(parsed<std::int64_t>(first), first_shop), shops);
        case key_kind::binary16:
            return first.size() == 32 ? parsed<std::uint64_t>(reversed(first.substr(8)), 16)
                                      : std::nullopt;
        case key_kind::varbinary:
            return first.size() > 4 ? parsed<std::uint64_t>(first.substr(4), 16) : std::nullopt;
        case key_kind::bytewise_text:
        case key_kind::any_case_text:
        case key_kind::padded_latin_text:
        case key_kind::any_case_composite:
            return number_behind_dash(last);
        case key_kind::enum_composite:
            return with_rest(parsed<std::int64_t>(last), less(parsed<std::int64_t>(first), 1),
                             static_cast<std::int64_t>(enum_members.size()));
        case key_kind::decimal:
            return not_negative(decimal_number(first));
        case key_kind::datetime:
            return not_negative(datetime_number(first));
        case key_kind::date_composite: {
            const auto day = day_of(first);
            if (!day) return std::nullopt;
            return with_rest(parsed<std::int64_t>(last), (*day - first_day).count(), days);
        }
    }
    return std::nullopt;
}

}  // namespace segue::test
