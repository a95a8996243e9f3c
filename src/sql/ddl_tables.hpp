#pragma once

#include "src/sql/sql_tokenizer.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace segue::sql {

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

/// What a statement does, by the words it begins with; ddl_verb::other for any that is not known.
ddl_verb verb_of(std::span<const sql_token> tokens);

/// A table, or a whole schema, as a statement names it.
struct acted_on {
    std::optional<std::string> schema;  ///< nullopt: the default one.
    std::optional<std::string> table;   ///< nullopt: all of the schema's.
    bool perhaps = false;  ///< Only if the statement did something: CREATE TABLE IF NOT EXISTS.
};

/// The tables that the statement redefines, moves or empties, and those that get a trigger or a
/// child by it: by their place in the statement, never by a name in a column's, an index's or a
/// body's place. Empty for statements that do such a thing to none: CREATE TABLE does not to the
/// table that it makes, which was not there before, nor does ALTER TABLE ... ANALYZE PARTITION and
/// what else looks after partitions. nullopt: the statement is not of the form that
/// is known.
/// https://dev.mysql.com/doc/refman/8.4/en/sql-data-definition-statements.html
std::optional<std::vector<acted_on>> tables_acted_on(std::span<const sql_token> tokens);

/// The name, without its schema, of the trigger that the statement creates; nullopt: it is no
/// CREATE TRIGGER.
std::optional<std::string> name_of_created_trigger(std::span<const sql_token> tokens);

}  // namespace segue::sql
