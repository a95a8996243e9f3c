#include "tests/integration/migration/key_values.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace segue::test {
namespace {

constexpr std::size_t random_rows = 250;

using generator = std::function<std::string(std::mt19937_64&)>;

std::uint64_t below(std::mt19937_64& random, std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
}

key_values of(std::string name, std::string type, std::vector<std::string> edges,
              generator random) {
    return {.name = std::move(name),
            .types = {std::move(type)},
            .ordered = true,
            .edges = {std::move(edges)},
            .random = {std::move(random)}};
}

key_values unordered(key_values made) {
    made.ordered = false;
    return made;
}

key_values together(std::string name, const std::vector<key_values>& columns) {
    key_values made;
    made.name = std::move(name);
    for (const key_values& one : columns) {
        made.types.push_back(one.types.front());
        made.edges.push_back(one.edges.front());
        made.random.push_back(one.random.front());
        made.ordered = made.ordered && one.ordered;
    }
    return made;
}

key_values downwards(key_values made, std::vector<bool> which) {
    made.name += "_downwards";
    made.descending = std::move(which);
    return made;
}

// Few values near each other, so that neighbours are often compared, and some anywhere.
key_values integer(const std::string& name, const std::string& type, unsigned bits,
                   bool is_signed) {
    const std::uint64_t all = ~0ULL >> (64U - bits);
    const auto shown = [=](std::uint64_t raw) {
        if (!is_signed) return std::to_string(raw);
        const std::uint64_t sign = 1ULL << (bits - 1U);
        const auto number = static_cast<std::int64_t>(raw & sign ? raw | ~all : raw);
        return std::to_string(number);
    };
    return of(name, type,
              {shown(0), shown(1), shown(all), shown(all >> 1U), shown((all >> 1U) + 1)},
              [=](std::mt19937_64& random) {
                  return shown((below(random, 2) == 0 ? below(random, 300) : random()) & all);
              });
}

std::string digits(std::mt19937_64& random, unsigned count) {
    std::string made;
    for (unsigned i = 0; i < count; ++i) made += static_cast<char>('0' + below(random, 10));
    return made;
}

key_values decimal(const std::string& name, unsigned precision, unsigned scale,
                   const std::string& attributes = "") {
    const unsigned whole = precision - scale;
    const auto number = [=](const std::string& before, const std::string& after) {
        return (before.empty() ? "0" : before) + (after.empty() ? "" : "." + after);
    };
    const std::string nines = number(std::string(whole, '9'), std::string(scale, '9'));
    const std::string least =
        scale > 0 ? number("0", std::string(scale - 1, '0') + "1") : std::string("1");
    std::vector<std::string> edges{"0", nines, least};
    if (attributes.empty()) edges.insert(edges.end(), {"-" + nines, "-" + least});
    return of(name, fmt::format("DECIMAL({},{}) {}", precision, scale, attributes), edges,
              [=](std::mt19937_64& random) {
                  const unsigned places =
                      whole == 0 ? 0 : 1 + static_cast<unsigned>(below(random, whole));
                  const std::string sign = attributes.empty() && below(random, 2) == 0 ? "-" : "";
                  return sign + number(digits(random, places), digits(random, scale));
              });
}

std::string fraction(std::mt19937_64& random, unsigned count) {
    if (count == 0) return "";
    return "." + (below(random, 3) == 0 ? std::string(count, '0') : digits(random, count));
}

std::string random_day(std::mt19937_64& random) {
    const auto year = below(random, 3) == 0 ? 1 + below(random, 9999) : 1999 + below(random, 3);
    return fmt::format("{:04}-{:02}-{:02}", year, 1 + below(random, 12), 1 + below(random, 28));
}

std::string random_clock(std::mt19937_64& random) {
    return fmt::format("{:02}:{:02}:{:02}", below(random, 24), below(random, 60),
                       below(random, 60));
}

key_values datetime(unsigned count) {
    const std::string nines = count == 0 ? "" : "." + std::string(count, '9');
    return of(
        fmt::format("datetime_{}", count), fmt::format("DATETIME({})", count),
        {"'0001-01-01 00:00:00'", "'1000-01-01 00:00:00'", "'2000-02-29 23:59:59" + nines + "'",
         "'2000-03-01 00:00:00'", "'9999-12-31 23:59:59" + nines + "'"},
        [=](std::mt19937_64& random) {
            return "'" + random_day(random) + " " + random_clock(random) + fraction(random, count) +
                   "'";
        });
}

key_values timestamp(unsigned count) {
    return of(fmt::format("timestamp_{}", count), fmt::format("TIMESTAMP({})", count),
              {"'1970-01-02 00:00:00'", "'2001-09-09 07:16:40'", "'2038-01-18 00:00:00'"},
              [=](std::mt19937_64& random) {
                  return fmt::format("'{}-{:02}-{:02} {}{}'", 1971 + below(random, 60),
                                     1 + below(random, 12), 1 + below(random, 28),
                                     random_clock(random), fraction(random, count));
              });
}

key_values time_of_day(unsigned count) {
    std::vector<std::string> edges{"'00:00:00'", "'00:00:01'", "'-00:00:01'", "'838:59:59'",
                                   "'-838:59:59'"};
    if (count > 0) {
        const std::string least = "." + std::string(count - 1, '0') + "1";
        edges.insert(edges.end(), {"'00:00:00" + least + "'", "'-00:00:00" + least + "'",
                                   "'-00:00:01" + least + "'"});
    }
    return of(fmt::format("time_{}", count), fmt::format("TIME({})", count), edges,
              [=](std::mt19937_64& random) {
                  return fmt::format("'{}{:02}:{:02}:{:02}{}'", below(random, 2) == 0 ? "-" : "",
                                     below(random, 3) == 0 ? below(random, 838) : 0,
                                     below(random, 60), below(random, 60), fraction(random, count));
              });
}

// Zeros and neighbours, more often than chance would.
std::string random_bytes(std::mt19937_64& random, std::uint64_t least, std::uint64_t most) {
    constexpr std::array<unsigned, 6> often = {0x00, 0x01, 0x20, 0x61, 0xFE, 0xFF};
    std::string made;
    for (auto left = least + below(random, most - least + 1); left > 0; --left)
        made +=
            fmt::format("{:02X}", below(random, 3) == 0 ? below(random, 256)
                                                        : often.at(below(random, often.size())));
    return made;
}

key_values bytes(const std::string& name, const std::string& type, unsigned least, unsigned most) {
    return of(
        name, type, {"X''", "X'00'", "X'0000'", "X'61'", "X'6100'", "X'6120'", "X'61FF'"},
        [=](std::mt19937_64& random) { return "X'" + random_bytes(random, least, most) + "'"; });
}

// Of characters that many character sets have, in both cases, with tabs and spaces at the end.
key_values text(const std::string& name, const std::string& type, const std::string& charset,
                const std::string& collation, std::vector<std::string> characters = {}) {
    for (const char* const one : {"a", "A", "b", "z", " ", "!", "\\t", "_", "9"})
        characters.emplace_back(one);
    return of(name, fmt::format("{} CHARACTER SET {} COLLATE {}", type, charset, collation),
              {"''", "'a'", "'a\\t'", "'a b'", "'a!'"}, [=](std::mt19937_64& random) {
                  std::string made;
                  for (auto left = below(random, 6); left > 0; --left)
                      made += characters.at(below(random, characters.size()));
                  return "'" + made + "'";
              });
}

key_values numbered(const std::string& name, const std::string& type, unsigned last) {
    return unordered(of(name, type, {"0", "1", std::to_string(last)}, [=](std::mt19937_64& random) {
        return std::to_string(1 + below(random, last));
    }));
}

std::string members(unsigned count) {
    std::string made;
    for (unsigned i = count; i > 0; --i) made += fmt::format("{}'m{}'", made.empty() ? "" : ",", i);
    return made;
}

}  // namespace

std::vector<std::string> key_values::rows(std::uint64_t seed) const {
    std::mt19937_64 generator(seed);
    std::vector<std::string> combined;
    // Of many columns not all combinations of edges.
    for (std::size_t i = 0; i < random_rows; ++i) {
        std::string row;
        for (std::size_t column = 0; column < edges.size(); ++column) {
            const auto& values = edges[column];
            const std::size_t at =
                edges.size() == 1 ? i % values.size() : below(generator, values.size());
            row += (column == 0 ? "" : ",") + values[at];
        }
        combined.push_back(row);
    }
    for (std::size_t i = 0; i < random_rows; ++i) {
        std::string row;
        for (const auto& column : random) row += (row.empty() ? "" : ",") + column(generator);
        combined.push_back(row);
    }
    std::shuffle(combined.begin(), combined.end(), generator);
    for (std::string& row : combined) row = "(" + row + ")";
    return combined;
}

std::string key_values::names() const {
    std::string made;
    for (std::size_t i = 0; i < types.size(); ++i)
        made += fmt::format("{}k{}", i == 0 ? "" : ",", i);
    return made;
}

std::string key_values::index() const {
    std::string made;
    for (std::size_t i = 0; i < types.size(); ++i)
        made += fmt::format("{}k{}{}", i == 0 ? "" : ",", i,
                            !descending.empty() && descending[i] ? " DESC" : "");
    return made;
}

std::string key_values::printed(const keys::key_codec& codec) const {
    std::string made;
    for (std::size_t i = 0; i < types.size(); ++i)
        made += (i == 0 ? "" : ",") + codec.printed(i, fmt::format("k{}", i));
    return made;
}

std::vector<key_values> all_key_values() {
    const std::vector<std::string> unicode = {"\u00e4", "\u00c4", "\u00df", "\uffee", "\U0001F600"};
    const std::vector<std::string> latin = {"\u00e4", "\u00c4", "\u00df"};
    const auto utf8_bin = [&](const std::string& name, const std::string& type) {
        return text(name, type, "utf8mb4", "utf8mb4_0900_bin", unicode);
    };
    const auto int_kind = integer("int", "INT", 32, true);
    const auto varbinary = bytes("varbinary", "VARBINARY(12)", 0, 12);
    std::vector<key_values> all = {
        integer("tinyint", "TINYINT", 8, true),
        integer("tinyint_unsigned", "TINYINT UNSIGNED", 8, false),
        integer("smallint_unsigned", "SMALLINT UNSIGNED", 16, false),
        integer("mediumint", "MEDIUMINT", 24, true),
        integer("mediumint_unsigned", "MEDIUMINT UNSIGNED", 24, false),
        int_kind,
        integer("int_zerofill", "INT ZEROFILL", 32, false),
        integer("bigint", "BIGINT", 64, true),
        integer("bigint_unsigned", "BIGINT UNSIGNED", 64, false),
        integer("bit_1", "BIT(1)", 1, false),
        integer("bit_13", "BIT(13)", 13, false),
        integer("bit_64", "BIT(64)", 64, false),
        of("year", "YEAR", {"0", "1901", "1970", "2000", "2155"},
           [](std::mt19937_64& random) { return std::to_string(1901 + below(random, 255)); }),
        decimal("decimal_10_2", 10, 2),
        decimal("decimal_65_30", 65, 30),
        decimal("decimal_5_5", 5, 5),
        decimal("decimal_20_0", 20, 0),
        decimal("decimal_19_9", 19, 9),
        decimal("decimal_11_7_unsigned", 11, 7, "UNSIGNED"),
        decimal("decimal_12_3_zerofill", 12, 3, "ZEROFILL"),
        of("date", "DATE", {"'0001-01-01'", "'1000-01-01'", "'2000-02-29'", "'9999-12-31'"},
           [](std::mt19937_64& random) { return "'" + random_day(random) + "'"; }),
        bytes("binary_16", "BINARY(16)", 12, 16),
        bytes("binary_3", "BINARY(3)", 0, 3),
        varbinary,
        utf8_bin("varchar_utf8mb4_0900_bin", "VARCHAR(20)"),
        utf8_bin("char_utf8mb4_0900_bin", "CHAR(20)"),
        utf8_bin("char_of_many_bytes", "CHAR(200)"),
    };
    for (unsigned count = 0; count <= 6; ++count) all.push_back(datetime(count));
    for (unsigned count = 0; count <= 6; ++count) all.push_back(time_of_day(count));
    for (const unsigned count : {0U, 3U, 6U}) all.push_back(timestamp(count));

    const auto ci = unordered(text("varchar_utf8mb4_0900_ai_ci", "VARCHAR(20)", "utf8mb4",
                                   "utf8mb4_0900_ai_ci", unicode));
    all.push_back(ci);
    for (const auto& [name, type, charset, collation, more] :
         std::vector<std::tuple<std::string, std::string, std::string, std::string,
                                std::vector<std::string>>>{
             {"char_utf8mb4_0900_as_cs", "CHAR(10)", "utf8mb4", "utf8mb4_0900_as_cs", unicode},
             {"varchar_utf8mb4_bin", "VARCHAR(20)", "utf8mb4", "utf8mb4_bin", unicode},
             {"varchar_utf8mb3_general_ci", "VARCHAR(20)", "utf8mb3", "utf8mb3_general_ci", latin},
             {"varchar_latin1_swedish_ci", "VARCHAR(20)", "latin1", "latin1_swedish_ci", latin},
             {"char_latin1_bin", "CHAR(20)", "latin1", "latin1_bin", latin},
             {"varchar_utf16_bin", "VARCHAR(20)", "utf16", "utf16_bin", unicode},
             {"char_utf16_general_ci", "CHAR(20)", "utf16", "utf16_general_ci", latin},
             {"char_utf32_bin", "CHAR(20)", "utf32", "utf32_bin", unicode},
             {"varchar_sjis_japanese_ci",
              "VARCHAR(20)",
              "sjis",
              "sjis_japanese_ci",
              {"\u8868", "\u30bd"}},
             {"varchar_gb18030_chinese_ci",
              "VARCHAR(20)",
              "gb18030",
              "gb18030_chinese_ci",
              {"\u8868", "\u554a"}},
             {"varchar_ascii_bin", "VARCHAR(20)", "ascii", "ascii_bin", {}}})
        all.push_back(unordered(text(name, type, charset, collation, more)));
    const auto small_enum = numbered("enum", "ENUM(" + members(9) + ")", 9);
    all.push_back(small_enum);
    all.push_back(numbered("enum_of_300", "ENUM(" + members(300) + ")", 300));
    all.push_back(numbered("set", "SET(" + members(5) + ")", 31));

    all.push_back(together("varbinary_varbinary", {varbinary, varbinary}));
    all.push_back(together("text_int_bytes", {utf8_bin("c", "VARCHAR(6)"), int_kind, varbinary}));
    all.push_back(together("char_datetime_decimal",
                           {utf8_bin("c", "CHAR(4)"), datetime(3), decimal("d", 6, 2)}));
    all.push_back(together(
        "binary_time_year_bit",
        {bytes("b", "BINARY(2)", 0, 2), time_of_day(1),
         of("y", "YEAR", {"0", "2024"},
            [](std::mt19937_64& random) { return std::to_string(1990 + below(random, 5)); }),
         integer("bit", "BIT(3)", 3, false)}));
    all.push_back(together("sixteen_integers",
                           std::vector<key_values>(16, integer("b", "BIT(1)", 1, false))));
    all.push_back(together("enum_int", {small_enum, int_kind}));
    all.push_back(together("int_ci", {integer("i", "TINYINT", 8, true), ci}));

    all.push_back(downwards(int_kind, {true}));
    all.push_back(downwards(varbinary, {true}));
    all.push_back(downwards(datetime(3), {true}));
    all.push_back(downwards(ci, {true}));
    all.push_back(downwards(small_enum, {true}));
    all.push_back(
        downwards(together("text_int_bytes", {utf8_bin("c", "VARCHAR(6)"), int_kind, varbinary}),
                  {false, true, true}));
    all.push_back(downwards(together("enum_int", {small_enum, int_kind}), {true, false}));
    all.push_back(downwards(together("decimal_ci", {decimal("d", 3, 1), ci}), {true, false}));
    return all;
}

}  // namespace segue::test
