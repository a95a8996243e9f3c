#pragma once

#include "src/base/table_name.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/workload_key.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace segue::test {

enum class column_kind { integer, varchar, datetime, decimal, json, varbinary, text };

/// A column that the application writes and reads; it is there before and after the ALTER, by the
/// same name, and what is written fits both types.
struct column_spec {
    std::string name;
    column_kind kind = column_kind::integer;
    bool nullable = false;
};

/// The table that a workload works on. Rows are named by a number from 0, whatever the key is made
/// of, called the key number.
struct table_spec {
    key_kind key = key_kind::signed_integer;
    /// INT NULL under a unique key of its own; empty: there is none.
    std::string unique_column = "code";
    std::vector<column_spec> columns = {
        {"quantity", column_kind::integer}, {"title", column_kind::varchar},
        {"made", column_kind::datetime},    {"amount", column_kind::decimal, true},
        {"doc", column_kind::json, true},   {"raw", column_kind::varbinary},
        {"note", column_kind::text, true}};
    /// Columns and indexes that the application does not know, so that an ALTER may do with them
    /// what it likes: "spare INT NOT NULL DEFAULT 7, KEY (spare)". The columns have defaults.
    std::string more = {};
    std::string table_options = {};  ///< What stands behind the closing parenthesis.

    std::string create_statement(const table_name& table) const;

    workload_key naming() const { return {.kind = key}; }
    std::vector<std::string> key_columns() const { return naming().columns(); }
    /// One for each of key_columns().
    std::vector<std::string> key_literals(std::uint64_t number, std::uint64_t spelling = 0) const {
        return naming().literals(number, spelling);
    }
    /// `id`=5
    std::string key_condition(std::uint64_t number, std::uint64_t spelling = 0) const;
    /// As messages name a row: "5", or "1,7".
    std::string key_text(std::uint64_t number) const;
    /// The key number of a row whose workload_key::read_expressions() printed this.
    std::optional<std::uint64_t> key_number(const row& printed) const {
        return naming().number(printed);
    }

    /// Key numbers below this are for explicit keys, when the filled ones end before `filled`.
    /// AUTO_INCREMENT starts behind it.
    static std::uint64_t explicit_keys(std::uint64_t filled) { return filled + filled / 5 + 1000; }
};

/// A value of a column: as SQL, and as column_spec's read_expression() prints it.
struct generated_value {
    std::string literal;
    value printed;
};
generated_value generate(const column_spec& column, std::mt19937_64& random);

/// Prints the column's value in one way, before and after it was widened.
std::string read_expression(const column_spec& column);

/// Creates the table and fills it with `rows` rows, with gaps between their keys, in transactions
/// of at most 50 000.
void create_and_fill(application_session& session, const table_name& table, const table_spec& spec,
                     std::uint64_t rows);

}  // namespace segue::test
