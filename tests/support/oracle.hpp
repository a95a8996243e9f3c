#pragma once

#include "src/base/table_name.hpp"
#include "src/wire/connection_options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace segue::test {

/// A migration that is over, nobody having written since just before the swap.
struct finished_migration {
    table_name table;      ///< As it is now.
    table_name old_table;  ///< As it was.
    std::string alter;     ///< The clauses, without ALTER TABLE.
    /// Columns whose values ALTER TABLE would make anew, such as a default of UUID().
    std::vector<std::string> columns_not_compared = {};
    /// foreign_keys_in() of the table before, which the old table has lost; their parents are as
    /// they were.
    std::vector<std::string> foreign_keys = {};
    /// Of the session that runs ALTER TABLE; empty: the server's.
    std::optional<std::string> sql_mode = {};
    std::optional<std::string> time_zone = {};
    /// Run behind the ALTER, by the same session; {copy} and {old} stand for what it has altered,
    /// and for the table as it was.
    std::string update = {};
    /// By which the ALTER knows the table's CHECK constraints; empty: `table`'s.
    std::string name = {};
};

/// What ALTER TABLE gives and what the table is.
struct oracle_answer {
    std::string expected_definition;  ///< SHOW CREATE TABLE, without what is compared apart.
    std::string found_definition;
    std::optional<std::uint64_t> expected_auto_increment;
    std::optional<std::uint64_t> found_auto_increment;
    std::uint64_t expected_rows = 0;
    std::uint64_t found_rows = 0;
    std::uint64_t differing_rows = 0;  ///< Missing, extra, or with another byte anywhere.
    std::vector<std::string> first_differences;

    bool equal() const;
    std::string text() const;
};

/// The foreign keys in a text of SHOW CREATE TABLE, as it writes each. Those to tables of `schema`
/// name that, too.
std::vector<std::string> foreign_keys_in(const std::string& create_statement,
                                         const std::string& schema);

/// Copies the old table into a schema of its own (`<schema>_oracle`, dropped again; nothing of it
/// goes into the binary log), has the server alter the copy by copying it, and compares that with
/// the table: the definition (names of CHECK constraints apart), AUTO_INCREMENT, and each row's
/// columns byte by byte, generated and invisible ones included.
/// Shares nothing with the engine. Errors: segue::error, also where the server refuses the ALTER.
oracle_answer compare_with_native_alter(const wire::connection_options& server,
                                        const finished_migration& migration);

}  // namespace segue::test
