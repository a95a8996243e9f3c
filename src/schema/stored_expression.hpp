#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// An expression of a table as the server's dictionary has it, whatever session asks, and whichever
/// has the table open. (SHOW CREATE TABLE and CREATE TABLE ... LIKE have it as a session read it
/// that opened the table: under NO_BACKSLASH_ESCAPES each backslash in a string is two then.)
/// https://dev.mysql.com/doc/refman/8.4/en/information-schema-columns-table.html
struct stored_expression {
    std::string of;    ///< What has it: "the column `a`", "the index `i`", "a CHECK constraint".
    std::string text;  ///< Without the escapes that information_schema adds.

    /// Whether the text has a backslash; one stands before each quote in a string, too.
    bool has_backslash() const { return text.find('\\') != std::string::npos; }
};

/// Reads the expressions of generated columns, defaults, indexes and CHECK constraints of a table.
/// Blocks; throws segue::error.
std::vector<stored_expression> read_stored_expressions(db::session& session,
                                                       const table_name& name);

/// How many backslashes the texts of all of them have.
std::size_t backslashes_in(const std::vector<stored_expression>& expressions);

/// Whether two texts of SHOW CREATE TABLE differ in nothing, or in the number of backslashes alone:
/// then they may be of one definition.
bool equal_but_for_backslashes(std::string_view a, std::string_view b);

/// A text of information_schema as the dictionary has it: a backslash before another character is
/// taken away.
std::string without_escapes(std::string_view text);

}  // namespace segue::schema
