#pragma once

#include "src/base/error.hpp"
#include "src/db/session.hpp"
#include "src/expressions/assignment.hpp"
#include "src/expressions/column_references.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace segue::expressions {

/// What an expression may depend on.
enum class dependence {
    row_alone,         ///< The row's own columns: the same whenever it is computed.
    row_alone_always,  ///< The same, where no flag allows others.
    also_others  ///< Also the moment, chance, the session: whatever a column's default may be.
};

/// An expression that the server has taken.
struct judged_expression {
    /// With each column as `schema`.`table`.`column`, so that it means the same in any statement in
    /// which that table has no alias; in brackets.
    std::string text;
    std::vector<std::string> reads;  ///< The columns, each once, in the order of their first place.
    std::vector<column_reference> columns;  ///< Where they stand in the expression as given.
    dependence on = dependence::row_alone;
    bool is_time = false;  ///< A column with a date makes the current one of it.
};

/// Has the server say what an expression is, on an empty twin of the table. As the expression of a
/// generated column it takes only what depends on the row alone; as a default also what depends on
/// the moment, and never a subquery, a variable or a stored function. That a word was rightly taken
/// for a column is seen by what the server prints of the default, which stays the same; that none
/// was forgotten by a query over both tables, in which a bare name would be ambiguous. What makes a
/// date of a TIME depends on the moment as well, which the server does not refuse
/// (day_dependence.hpp).
/// Lifecycle: uses the twin, which the caller makes and drops, and changes it. Threads: one.
/// Errors: segue::error, with refusals and their remedies where the expression is the reason.
/// https://dev.mysql.com/doc/refman/8.4/en/create-table-generated-columns.html
/// https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html
class expression_judge {
  public:
    /// `twin`: an empty table with the columns of `source`, no AUTO_INCREMENT among them, since
    /// generated columns and defaults may not read such a one. What is given outlives this.
    expression_judge(db::session& session, const schema::table_definition& source,
                     const table_name& twin);

    judged_expression judge(const assignment& given, dependence allowed);

  private:
    void make_column_for(const assignment& given);
    std::optional<error> refused_as_generated(const assignment& given);
    std::string form_of(const std::string& expression);
    bool means_the_same(const std::string& expression, const std::string& form);
    std::vector<column_reference> columns_in(const assignment& given, const std::string& form);
    void check_that_none_is_bare(const assignment& given, const std::string& text);
    std::string in_plain_words(const error& failure) const;

    db::session& session_;
    const schema::table_definition& source_;
    const table_name twin_;
    std::string column_;  ///< Of the twin: its default is the expression. Empty: not made yet.
};

/// The text of ALTER TABLE that takes AUTO_INCREMENT away from the twin's column; empty where no
/// column of `source` has it.
std::string without_auto_increment(const schema::table_definition& source, const table_name& twin);

}  // namespace segue::expressions
