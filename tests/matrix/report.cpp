#include "tests/matrix/report.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace segue::matrix {
namespace {

constexpr std::string_view introduction =
    R"(# Conversions

Written by `SEGUE_WRITE_DOCS=1 scripts/matrix`: change `tests/matrix/report.cpp` and run that.

When an ALTER changes a column's type, Segue's `INSERT ... SELECT` must make of each value what ALTER
TABLE makes of it, or be refused as ALTER TABLE is. Of the column itself it often would not: `INT 7`
became the seventh member of an ENUM rather than `'7'`, `FLOAT 0.1` a text of 20 digits, and an
`INT(6) ZEROFILL` lost its zeros. So the expression is chosen by the two types, from the list below
(`src/schema/column_conversion.cpp`). A pair that is not on it is refused at the start.

`scripts/matrix` is the proof: every type with its limits, halves, blanks, zero bytes, partial dates
and texts that are no values, changed into every other one by ALTER TABLE in the server's default
`sql_mode`, and by Segue's expression; values are compared byte by byte (JSON by JSON_TYPE too), and so
are refusals. After that Segue's own process changes tables that hold all values which fit, half of
the rows written while it runs, and verifies every row before the swap; in half of these runs it is
killed in the copy, and the same command goes on where it was. A part of it runs in every test run.

## The list

)";

constexpr std::string_view letters =
    R"(
| | | |
|---|---|---|
| = | the column itself | |
| t | its text | `CONCAT(c)` |
| i | its integer, rounded | `CAST(c AS SIGNED)`, or UNSIGNED for an unsigned column |
| b | the integer that its text begins with | `(c\|0)` |
| r | its number | `(c*1e0)` |
| d | the number that its text begins with | `CAST(c AS DECIMAL(M,D))` |
| n | that time of the day on which the migration began | `TIMESTAMP('2026-11-26',c)` |
| . | refused | |

A column whose type stays is always the column itself. What becomes a date, and was none, is refused where the server's `sql_mode` has NO_ZERO_DATE or
NO_ZERO_IN_DATE and its month or day would be 0, as ALTER TABLE refuses it then; not with
`--allow-zero-in-date`. Dates that are there
already are carried on as they are, though ALTER TABLE would refuse them (`docs/limits.md`).

## What was tried

)";

constexpr std::string_view refused_by_segue_alone =
    R"(
Refused by Segue alone are a spatial type to BIT or VECTOR, and VECTOR to BIT. ALTER TABLE makes a
number of a value's first bytes there, 0 as a rule, or a vector of which some bytes are missing; no
expression gives that. For such a column run a plain ALTER TABLE.

A BLOB becomes a VECTOR where its bytes are one. Bytes that are none (a length that is no multiple of
4) end the migration; ALTER TABLE takes them, and they cannot be read as a vector afterwards.
)";

std::string_view group_of(std::string_view data_type) {
    static const std::map<std::string_view, std::string_view> groups = {
        {"tinyint", "integers"},
        {"smallint", "integers"},
        {"mediumint", "integers"},
        {"int", "integers"},
        {"bigint", "integers"},
        {"decimal", "DECIMAL"},
        {"float", "FLOAT, DOUBLE"},
        {"double", "FLOAT, DOUBLE"},
        {"bit", "BIT"},
        {"year", "YEAR"},
        {"date", "DATE"},
        {"datetime", "DATETIME, TIMESTAMP"},
        {"time", "TIME"},
        {"timestamp", "DATETIME, TIMESTAMP"},
        {"char", "CHAR, VARCHAR"},
        {"varchar", "CHAR, VARCHAR"},
        {"tinytext", "TEXT"},
        {"text", "TEXT"},
        {"mediumtext", "TEXT"},
        {"longtext", "TEXT"},
        {"binary", "BINARY"},
        {"varbinary", "BINARY"},
        {"tinyblob", "BLOB"},
        {"blob", "BLOB"},
        {"mediumblob", "BLOB"},
        {"longblob", "BLOB"},
        {"enum", "ENUM"},
        {"set", "SET"},
        {"json", "JSON"},
        {"vector", "VECTOR"},
    };
    const auto found = groups.find(data_type);
    return found == groups.end() ? "spatial" : found->second;
}

char letter_of(schema::conversion how) {
    switch (how) {
        case schema::conversion::as_it_is:
            return '=';
        case schema::conversion::as_text:
            return 't';
        case schema::conversion::as_integer:
            return 'i';
        case schema::conversion::as_bits:
            return 'b';
        case schema::conversion::as_real:
            return 'r';
        case schema::conversion::as_decimal:
            return 'd';
        case schema::conversion::as_today:
            return 'n';
    }
    return '?';
}

using sum_of = std::function<std::size_t(const pair_result&)>;

std::size_t sum(const server_result& result, const sum_of& of) {
    std::size_t all = 0;
    for (const auto& pair : result.pairs)
        if (!pair.impossible) all += of(pair);
    return all;
}

std::size_t count_types(const server_result& result, std::string pair_result::*side) {
    std::set<std::string> types;
    for (const auto& pair : result.pairs) types.insert(pair.*side);
    return types.size();
}

struct line {
    std::string_view what;
    std::function<std::size_t(const server_result&)> of;
};

std::size_t values_of(const pair_result& pair) {
    return pair.equal + pair.refused_alike + pair.dates_carried_on + pair.no_vectors +
           pair.different.size();
}

const std::vector<line>& lines() {
    static const std::vector<line> all = {
        {"types to change from",
         [](const auto& of) { return count_types(of, &pair_result::from); }},
        {"types to change to", [](const auto& of) { return count_types(of, &pair_result::to); }},
        {"pairs that ALTER TABLE takes",
         [](const auto& of) { return sum(of, [](const auto&) { return 1; }); }},
        {"of these refused by Segue",
         [](const auto& of) { return sum(of, [](const auto& pair) { return pair.not_listed; }); }},
        {"values tried in the others", [](const auto& of) { return sum(of, values_of); }},
        {"equal",
         [](const auto& of) { return sum(of, [](const auto& pair) { return pair.equal; }); }},
        {"refused by both",
         [](const auto& of) {
             return sum(of, [](const auto& pair) { return pair.refused_alike; });
         }},
        {"zero dates carried on",
         [](const auto& of) {
             return sum(of, [](const auto& pair) { return pair.dates_carried_on; });
         }},
        {"refused by Segue: no vectors",
         [](const auto& of) { return sum(of, [](const auto& pair) { return pair.no_vectors; }); }},
        {"different",
         [](const auto& of) {
             return sum(of, [](const auto& pair) { return pair.different.size(); });
         }},
        {"tables changed by Segue itself", [](const auto& of) { return std::size_t{of.runs}; }},
        {"of these killed in the copy, and gone on with",
         [](const auto& of) { return std::size_t{of.runs_killed}; }},
        {"different in these", [](const auto& of) { return of.differing_in_runs.size(); }},
    };
    return all;
}

std::string list_of(const std::vector<server_result>& results) {
    std::vector<std::string_view> groups;
    std::map<std::pair<std::string_view, std::string_view>, std::set<char>> found;
    for (const auto& result : results) {
        for (const auto& pair : result.pairs) {
            const auto from = group_of(pair.from_data_type);
            if (std::find(groups.begin(), groups.end(), from) == groups.end())
                groups.push_back(from);
            if (pair.from == pair.to || pair.impossible) continue;
            found[{from, group_of(pair.to_data_type)}].insert(pair.how ? letter_of(*pair.how)
                                                                       : '.');
        }
    }
    std::string text = "| from / to |";
    for (const auto group : groups) text += fmt::format(" {} |", group);
    text += "\n|---|";
    for (std::size_t i = 0; i < groups.size(); ++i) text += "---|";
    for (const auto from : groups) {
        text += fmt::format("\n| {} |", from);
        for (const auto to : groups) {
            const auto& letters_there = found[{from, to}];
            text += fmt::format(" {} |", std::string(letters_there.begin(), letters_there.end()));
        }
    }
    return text + "\n\nEmpty: ALTER TABLE refuses the two types as such.\n";
}

}  // namespace

bool server_result::equal() const {
    return differing_in_runs.empty() &&
           std::all_of(pairs.begin(), pairs.end(),
                       [](const auto& pair) { return pair.different.empty(); });
}

std::string summary(const server_result& result) {
    std::string text = fmt::format("MySQL {}\n", result.version);
    for (const auto& pair : result.pairs)
        for (const auto& difference : pair.different)
            text += fmt::format("  {} to {}, {}\n", pair.from, pair.to, difference);
    for (const auto& difference : result.differing_in_runs)
        text += fmt::format("  in a run of Segue: {}\n", difference);
    for (const auto& each : lines())
        text += fmt::format("{:>10}  {}\n", each.of(result), each.what);
    return text;
}

std::string page(const std::vector<server_result>& results) {
    std::string text = std::string(introduction) + list_of(results) + std::string(letters) + "| |";
    for (const auto& result : results) text += fmt::format(" MySQL {} |", result.version);
    text += "\n|---|";
    for (std::size_t i = 0; i < results.size(); ++i) text += "---|";
    for (const auto& each : lines()) {
        text += fmt::format("\n| {} |", each.what);
        for (const auto& result : results) text += fmt::format(" {} |", each.of(result));
    }
    return text + "\n" + std::string(refused_by_segue_alone);
}

}  // namespace segue::matrix
