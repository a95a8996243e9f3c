#include "tests/support/table_spec.hpp"

#include "src/base/table_name.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace segue::test {
namespace {

constexpr std::uint64_t fill_batch_rows = 50'000;

std::string type_of(column_kind kind) {
    switch (kind) {
        case column_kind::integer:
            return "INT";
        case column_kind::varchar:
            return "VARCHAR(60)";
        case column_kind::datetime:
            return "DATETIME(3)";
        case column_kind::decimal:
            return "DECIMAL(12,3)";
        case column_kind::json:
            return "JSON";
        case column_kind::varbinary:
            return "VARBINARY(40)";
        case column_kind::text:
            return "TEXT";
    }
    return {};
}

// A value for row `n` of a fill, n being a column.
std::string fill_expression(column_kind kind) {
    switch (kind) {
        case column_kind::integer:
            return "n % 1000000";
        case column_kind::varchar:
            return "CONCAT('v', n)";
        case column_kind::datetime:
            return "TIMESTAMPADD(MICROSECOND, n * 1000, '2020-01-01 00:00:00.000000')";
        case column_kind::decimal:
            return "n % 1000000 + 0.125";
        case column_kind::json:
            return "JSON_OBJECT('n', n, 's', CONCAT('t', n))";
        case column_kind::varbinary:
            return "UNHEX(LPAD(HEX(n), 16, '0'))";
        case column_kind::text:
            return "REPEAT(CONCAT('x', n), 1 + n % 10)";
    }
    return {};
}

std::uint64_t below(std::uint64_t bound, std::mt19937_64& random) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
}

std::string hex_text(std::uint64_t bytes, std::mt19937_64& random) {
    std::string out;
    for (std::uint64_t i = 0; i < bytes; ++i) {
        // Zeros and bytes that no character set has, more often than chance would.
        const std::uint64_t byte = below(4, random) == 0 ? 0 : below(256, random);
        out += fmt::format("{:02X}", byte);
    }
    return out;
}

}  // namespace

std::string table_spec::key_condition(std::uint64_t number, std::uint64_t spelling) const {
    const auto names = key_columns();
    const auto literals = key_literals(number, spelling);
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i)
        out += (i == 0 ? "" : " AND ") + segue::quoted_name(names[i]) + "=" + literals[i];
    return out;
}

std::string table_spec::key_text(std::uint64_t number) const {
    return fmt::format("{}", fmt::join(key_literals(number), ","));
}

std::string table_spec::create_statement(const table_name& table) const {
    std::string out = "CREATE TABLE " + table.quoted() + " (";
    out += naming().definition();
    if (!unique_column.empty())
        out +=
            fmt::format(", {0} INT NULL, UNIQUE KEY {0} ({0})", segue::quoted_name(unique_column));
    for (const auto& column : columns)
        out += fmt::format(", {} {} {}", segue::quoted_name(column.name), type_of(column.kind),
                           column.nullable ? "NULL" : "NOT NULL");
    if (!more.empty()) out += ", " + more;
    out += fmt::format(", PRIMARY KEY ({})", naming().index());
    return out + ") " + table_options;
}

generated_value generate(const column_spec& column, std::mt19937_64& random) {
    if (column.nullable && below(8, random) == 0) return {"NULL", std::nullopt};
    const auto in_quotes = [](std::string text) {
        return generated_value{segue::quoted_literal(text), text};
    };
    const auto number = below(1'000'000, random);
    switch (column.kind) {
        case column_kind::integer: {
            const auto text = std::to_string(static_cast<std::int64_t>(number) - 500'000);
            return {text, text};
        }
        case column_kind::varchar: {
            static constexpr std::array<std::string_view, 4> stems{
                "plain", "Gr\u00fc\u00dfe", "it's \\ \"so\"", "\u96ea\U0001F600"};
            return in_quotes(fmt::format("{} {}", stems.at(number % stems.size()), number));
        }
        case column_kind::datetime:
            return in_quotes(
                fmt::format("20{:02}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", below(38, random),
                            1 + below(12, random), 1 + below(28, random), below(24, random),
                            below(60, random), below(60, random), below(1000, random)));
        case column_kind::decimal: {
            const auto text = fmt::format("{}{}.{:03}", below(2, random) == 0 ? "-" : "",
                                          1 + number, below(1000, random));
            return {text, text};
        }
        case column_kind::json:
            return in_quotes(
                fmt::format(R"({{"n": {}, "s": "t{}"}})", number, below(1000, random)));
        case column_kind::varbinary: {
            const auto hex = hex_text(1 + below(20, random), random);
            return {"X'" + hex + "'", hex};
        }
        case column_kind::text: {
            std::string text;
            for (auto times = 1 + below(30, random); times > 0; --times)
                text += fmt::format("line {}\n", number + times);
            return in_quotes(std::move(text));
        }
    }
    return {};
}

std::string read_expression(const column_spec& column) {
    const auto name = segue::quoted_name(column.name);
    switch (column.kind) {
        case column_kind::integer:
            return "CAST(" + name + " AS SIGNED)";
        case column_kind::varchar:
        case column_kind::text:
        case column_kind::json:
            return "CAST(" + name + " AS CHAR)";
        case column_kind::datetime:
            return "CAST(" + name + " AS DATETIME(3))";
        case column_kind::decimal:
            return "CAST(" + name + " AS DECIMAL(12,3))";
        case column_kind::varbinary:
            return "HEX(" + name + ")";
    }
    return name;
}

void create_and_fill(application_session& session, const table_name& table, const table_spec& spec,
                     std::uint64_t rows) {
    session.execute(spec.create_statement(table));
    std::string names;
    for (const auto& column : spec.key_columns()) names += segue::quoted_name(column) + ",";
    std::string expressions = spec.naming().fill_expressions();
    if (!spec.unique_column.empty()) {
        names += segue::quoted_name(spec.unique_column) + ",";
        expressions += ", IF(n % 10 = 9, NULL, n)";
    }
    for (const auto& column : spec.columns) {
        names += segue::quoted_name(column.name) + ",";
        expressions += ", " + fill_expression(column.kind);
    }
    names.pop_back();
    session.execute(fmt::format("SET SESSION cte_max_recursion_depth={}", fill_batch_rows + 1));
    for (std::uint64_t from = 0; from < rows; from += fill_batch_rows) {
        const auto end = std::min(rows, from + fill_batch_rows);
        // Of three key numbers the last is left free.
        session.execute(fmt::format(
            "INSERT INTO {} ({}) WITH RECURSIVE numbers (n) AS (SELECT {} UNION ALL SELECT n + 1 "
            "FROM numbers WHERE n + 1 < {}) SELECT {} FROM (SELECT n, n DIV 2 * 3 + n % 2 AS k "
            "FROM numbers) AS keyed",
            table.quoted(), names, from, end, expressions));
    }
    if (spec.key == key_kind::auto_increment)
        session.execute(fmt::format("ALTER TABLE {} AUTO_INCREMENT={}", table.quoted(),
                                    table_spec::explicit_keys(rows / 2 * 3 + 2) + 1));
}

}  // namespace segue::test
