#pragma once

#include "src/base/table_name.hpp"

#include <string_view>

namespace segue::schema {

/// What a statement of the binary log does, by the words it begins with.
enum class ddl_verb {
    alter_table,
    create_table,
    drop_table,
    rename_table,
    truncate_table,
    create_index,
    drop_index,
    create_trigger,
    drop_trigger,
    drop_database,
    temporary_table,  ///< CREATE or DROP TEMPORARY TABLE
    view,             ///< CREATE, ALTER or DROP VIEW
    other
};

/// Never throws: text that cannot be read is `other`.
ddl_verb verb_of(std::string_view text);

/// True if the statement may name the table, as t or as schema.t; `default_schema` is the one that
/// the event was logged with. DROP DATABASE names every table of its schema; statements about
/// temporary tables and views name none. Errs on the side of true: the sql_mode of whoever ran the
/// statement is not known, so ".." is read as an identifier and as a string, and what cannot be
/// read at all, text that is not UTF-8 included, counts as naming it. A name in a column's place
/// counts too. `case_insensitive`: lower_case_table_names is not 0. Never throws.
bool names_table(std::string_view text, std::string_view default_schema, const table_name& table,
                 bool case_insensitive);

}  // namespace segue::schema
