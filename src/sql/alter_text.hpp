#pragma once

#include "src/base/table_name.hpp"
#include "src/sql/identifier_case.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::sql {

/// What one clause of an ALTER TABLE does. Only clauses on this list are ever run on a ghost table.
enum class clause_kind {
    add_column,
    drop_column,
    change_column,  ///< CHANGE old new definition
    rename_column,
    modify_column,
    alter_column,  ///< ALTER COLUMN: SET or DROP DEFAULT, SET VISIBLE or INVISIBLE
    add_index,     ///< Also UNIQUE, FULLTEXT and SPATIAL
    drop_index,
    rename_index,
    alter_index,
    add_primary_key,
    drop_primary_key,
    add_check,
    drop_check,
    alter_check,
    drop_constraint,  ///< DROP CONSTRAINT, of whatever kind
    drop_foreign_key,
    alter_constraint,  ///< ALTER CONSTRAINT
    table_option,
    convert_charset,
    force,
    without_validation,
    how_to_run,  ///< ALGORITHM and LOCK: not a change, and left out when the ALTER is run.
    partition_by,
    change_partitions,  ///< ADD, COALESCE, REORGANIZE PARTITION
    remove_partitioning,
    refused  ///< Not on the list; alter_statement::refusals says why.
};

/// A part of alter_statement::options_text.
struct text_span {
    std::size_t offset = 0;
    std::size_t length = 0;
};

/// One clause; names are without quotes, in the case that was written. A CHECK constraint with a
/// name in the definition of a column has one of its own (add_check), with that definition's text.
struct alter_clause {
    clause_kind kind = clause_kind::refused;
    std::string text;  ///< As written.
    std::string
        column;  ///< The column that is added, dropped, modified; the new name of a renamed one.
    std::string renamed_from;  ///< The old name, for change_column and rename_column.
    std::string name;          ///< Of the index, constraint, or table option (in capitals).
    std::string value;         ///< Of a table option, without quotes.
    text_span name_span =
        {};  ///< Where `name` stands, quotes included, for check and constraint clauses.
    text_span value_span = {};    ///< Where `value` stands, quotes included, for COMMENT.
    bool auto_increment = false;  ///< The column's definition says AUTO_INCREMENT.
    bool primary_key = false;     ///< The column's definition says [PRIMARY] KEY.
};

/// A clause that Segue does not run. Each part is fit for a message: "clause: reason; remedy".
struct alter_refusal {
    std::string clause;
    std::string reason;
    std::string remedy;
};

struct alter_statement {
    std::optional<std::string> schema;  ///< As written before the table's name, if there.
    std::optional<std::string> table;   ///< Absent when the text was bare options.
    /// What follows the table's name, as written, without the semicolon and comments at its end.
    std::string options_text;
    std::vector<text_span> left_out;  ///< Of options_text, in order: clauses of how_to_run.
    std::vector<alter_clause> clauses;
    std::vector<alter_refusal> refusals;  ///< All of them, not the first only.

    /// The value of the last AUTO_INCREMENT table option. Empty if there is none.
    std::optional<std::uint64_t> auto_increment() const;
};

/// Reads the text of --alter: bare options ("ADD COLUMN a INT, DROP b") or a whole statement
/// ("ALTER TABLE db.t ADD ..."). Double quotes are strings, backslashes escape: run it with an
/// sql_mode that agrees. Throws error for text that is no ALTER at all: empty, not closed, without
/// a table name behind TABLE; and for a space outside of quotes that MySQL would take for a letter.
/// Whatever is understood but not on the list is a refusal.
alter_statement parse_alter(std::string_view text);

/// How the server is to run an ALTER.
enum class alter_way {
    as_it_likes,
    by_copy,   ///< ALGORITHM=COPY in the text, so that it counts on replicas too.
    instantly  ///< ALGORITHM=INSTANT: the server refuses what it would have to build.
};

/// By the names of constraints, as they are written, those that they have on another table.
using names_of_constraints = std::map<std::string, std::string, name_order>;

/// How an ALTER is worded for another table. A CHECK constraint and a foreign key of one table may
/// have the same name.
struct words_on_target {
    /// Those that clauses which add, drop or alter a CHECK, FOREIGN KEY or CONSTRAINT by name use
    /// there, where they differ from those written.
    names_of_constraints checks = {};
    names_of_constraints foreign_keys = {};
    /// Begins the COMMENT that the table is given; needs no quoting.
    std::string_view before_comment = {};
};

/// "ALTER TABLE `s`.`t` <options>". What is left out is not in it. Precondition: no refusals.
std::string alter_on(const alter_statement& statement, const table_name& target,
                     const words_on_target& words = {}, alter_way way = alter_way::as_it_likes);

}  // namespace segue::sql
