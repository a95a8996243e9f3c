#pragma once

#include "src/base/table_name.hpp"
#include "src/sql/ddl_tables.hpp"
#include "src/sql/logged_text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace segue::sql {

/// What a statement does, by the words it begins with. Never throws: text that cannot be read is
/// ddl_verb::other.
ddl_verb verb_of(std::string_view text);

/// The name of the trigger that the statement creates, without its schema. Never throws: nullopt
/// where it creates none, or cannot be read.
std::optional<std::string> name_of_created_trigger(std::string_view text);

/// What a statement of the binary log has done to one table.
enum class ddl_touch {
    none,       ///< Nothing but, perhaps, what its definition shows: the caller looks at that.
    perhaps,    ///< The table may have a child by it: CREATE TABLE IF NOT EXISTS ... REFERENCES.
    touched,    ///< It acted on the table; tables_acted_on() says in which ways.
    unreadable  ///< The text cannot be read, or is of no known form: it may have acted on it.
};

/// What a statement has done to `table`. `names_fold_case`: lower_case_table_names is not 0. Where
/// the sql_mode of whoever ran it is not known, a text that says so in any reading counts. Names
/// are equal if the server may take them for one: its case folding beyond ASCII is not ours, and
/// text may be in another character set. Never throws.
ddl_touch touch_of(const logged_text& logged, const table_name& table, bool names_fold_case);

}  // namespace segue::sql
