#pragma once

#include "src/schema/column_conversion.hpp"
#include "src/schema/row_key.hpp"
#include "src/schema/set_column.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace segue::schema {

/// One column that we write in the target, and the SQL expression over the source row that gives
/// its value. Source columns in it are named `schema`.`table`.`column`, never by an alias, so that
/// the same text works under LOCK TABLES.
struct projected_column {
    std::string target;
    std::string expression;
    std::optional<std::string> source;  ///< The column carried on; nullopt: a value of our own.
    bool set = false;           ///< The value was asked for: INSERT converts whatever it is.
    bool deterministic = true;  ///< The same whenever it is computed for a row.
    /// One for all rows of a migration, and another one for the next: by the moment, or the day, on
    /// which it began.
    bool of_the_moment = false;
};

/// How rows of the source become rows of the target; immutable once made.
struct projection {
    table_name source;
    table_name target;
    row_key key;
    std::vector<projected_column> columns;
    /// Columns of the target that have a value of their own and that an update of the row must
    /// leave as it is (ON UPDATE CURRENT_TIMESTAMP in a new column).
    std::vector<std::string> kept_on_update;
    /// Columns of the target that the server computes from others of the row: generated ones, new
    /// ones with an expression as default, and those that are set by an expression.
    std::vector<std::string> computed;
    /// Whether ON DUPLICATE KEY UPDATE makes a row right: the key is the same in the target and its
    /// only unique index, no new column has an expression default, and no JSON is written. Else
    /// delete, then insert.
    bool upserts = false;
    /// A condition over the source's row, in brackets and with columns named as in expressions: the
    /// rows that do not meet it are as good as not there. Empty: all rows are meant. Deterministic.
    std::string where = {};
    /// Columns of the target that are not written have values of their own for each row, as an
    /// AUTO_INCREMENT has: a row that is there is written over, at any time. With `upserts` alone.
    bool keeps_rows = false;
    /// For the operator: "`new`: new, its default", "dropped: `x`", one line each.
    std::string description;
};

/// What of the server decides on values, asked once for a migration.
struct value_rules {
    conversion_rules conversions = {};
    /// What DEFAULT CURRENT_TIMESTAMP of a new column gives all rows: UTC_TIMESTAMP(6) as printed.
    std::string moment = {};
};

/// Asks the server for its rules. Blocks; throws segue::error.
value_rules read_value_rules(db::session& session);

/// Says how each written column of `target` gets its value. One that is carried on is converted as
/// ALTER TABLE does (column_conversion.hpp). Columns that ALTER TABLE would fill with the implicit
/// default of their type (NOT NULL, no DEFAULT) are given that value. Throws segue::error with a
/// remedy when a new column has no value that ALTER would give, and when a column changes its type
/// in a way that is not known to be ALTER's. Columns that are set get the value of their
/// expression, whatever they were. Preconditions: obstacles_to_setting() finds none, and for them
/// `source_of_target` has no answer.
/// https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html
projection make_projection(const table_definition& source, const table_definition& target,
                           const row_key& key, const source_of& source_of_target,
                           const value_rules& rules = {}, std::span<const set_column> sets = {});

/// All that decides on what a copied row is, in a form of its own, so that two can be compared: a
/// line for the key, and one for each column.
std::string text_of(const projection& of);

}  // namespace segue::schema
