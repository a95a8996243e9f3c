#pragma once

#include "src/sql/token_cursor.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace segue::sql {

/// One table option, as ENGINE=InnoDB. https://dev.mysql.com/doc/refman/8.4/en/create-table.html
struct table_option {
    std::string name;   ///< In capitals: "ENGINE", "CHARACTER SET", "COLLATE".
    std::string value;  ///< Without quotes.
    /// Why the option is not run, and what to do instead; both are empty if it may be run on a
    /// ghost table. Constants of the program.
    std::string_view refusal_reason;
    std::string_view refusal_remedy;
};

/// Reads the option at `at` and moves behind it. Empty, `at` anywhere, if it is not a known one.
std::optional<table_option> read_table_option(token_cursor& at);

}  // namespace segue::sql
