#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/sql/identifier_case.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// One row of information_schema.COLUMNS.
/// https://dev.mysql.com/doc/refman/8.4/en/information-schema-columns-table.html
struct column {
    std::string name;
    unsigned ordinal = 0;     ///< From 0, as row events of the binary log count columns.
    std::string data_type;    ///< "int", "varchar", ...
    std::string column_type;  ///< "int unsigned", "varchar(20)", ...
    bool nullable = false;
    std::optional<std::string> default_text;  ///< nullopt: no default, or NULL.
    bool default_is_expression = false;       ///< Also true where it only may be one.
    bool generated = false;                   ///< VIRTUAL or STORED: never written by us.
    bool auto_increment = false;
    bool sets_itself_on_update = false;  ///< ON UPDATE CURRENT_TIMESTAMP
    std::string collation;               ///< Empty where the type has none.
    /// Of a spatial column: the spatial reference system of all its values; nullopt: any.
    std::optional<std::uint64_t> srid;

    bool is_unsigned() const { return column_type.find("unsigned") != std::string::npos; }
};

struct index_part {
    std::string column;  ///< Empty for an expression.
    bool is_prefix = false;
    bool descending = false;
    bool multi_valued = false;  ///< CAST(... AS ... ARRAY): many entries for one row.
};

struct index {
    std::string name;
    bool unique = false;
    bool visible = true;
    bool finds_values = true;  ///< Neither FULLTEXT nor SPATIAL.
    std::vector<index_part> parts;

    bool is_primary() const { return name == "PRIMARY"; }
};

/// What the server says of a table, read in one go.
struct table_definition {
    table_name name;
    std::string table_type;  ///< "BASE TABLE", "VIEW", ...
    std::string engine;      ///< Empty for a view.
    std::vector<column> columns;
    std::vector<index> indexes;
    std::string create_statement;     ///< SHOW CREATE TABLE
    std::uint64_t rows_estimate = 0;  ///< As the optimizer's statistics have it.
    std::uint64_t data_bytes = 0;
    /// The columns that say in which partition a row is; empty where the table has no partitions.
    std::vector<std::string> partition_columns = {};

    /// The column of this name, in any case of letters as MySQL has it; nullptr: there is none.
    const column* find_column(std::string_view column_name) const;
    /// The names of its columns, in their order.
    std::vector<std::string> column_names() const;
};

/// Reads a table's definition; nullopt when there is no such table. Blocks; throws segue::error.
std::optional<table_definition> read_table(db::session& session, const table_name& name);

/// The definition without what changes by itself: AUTO_INCREMENT=n.
std::string stable_create_statement(const table_definition& table);

/// Whether the two, of one table, may be the same: their stable texts differ in nothing, or in the
/// number of backslashes alone, which is not the table's (stored_expression.hpp). An ALTER that
/// changes backslashes alone is seen in the binary log.
bool same_definition(const table_definition& a, const table_definition& b);

/// The next AUTO_INCREMENT value from the text of SHOW CREATE TABLE (information_schema caches it);
/// nullopt when the table has none, or has given out no number yet.
std::optional<std::uint64_t> next_auto_increment(std::string_view create_statement);

}  // namespace segue::schema
