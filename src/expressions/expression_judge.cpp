#include "src/expressions/expression_judge.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/expressions/day_dependence.hpp"
#include "src/schema/column_line.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/lookalike.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::expressions {
namespace {

// Of these the expression is not the reason. A column that is unknown may be one.
bool is_of_the_server(const error& failure) {
    const int number = failure.mysql_errno();
    return number == er::query_interrupted ||
           (number != er::bad_field_error && !db::may_be_the_rows(failure));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

bool is_disallowed(int mysql_errno) {
    constexpr std::array numbers = {er::generated_column_function_is_not_allowed,
                                    er::generated_column_named_function_is_not_allowed,
                                    er::default_val_generated_function_is_not_allowed,
                                    er::default_val_generated_named_function_is_not_allowed,
                                    er::default_val_generated_variables};
    return std::ranges::find(numbers, mysql_errno) != numbers.end();
}

// "Unknown column 'x' in ..."
std::string name_in(std::string_view words) {
    const auto open = words.find('\'');
    const auto close = words.find('\'', open + 1);
    return open == words.npos || close == words.npos
               ? ""
               : std::string(words.substr(open + 1, close - open - 1));
}

std::string remedy_for(const error& failure, const assignment& given,
                       const schema::table_definition& source) {
    if (is_disallowed(failure.mysql_errno()))
        return "Write an expression over the row's own columns. Subqueries, variables, and "
               "functions "
               "that are stored, loaded, or act on anything cannot be used.";
    if (const auto hint = sql::lookalike_hint(given.expression); !hint.empty()) return hint + ".";
    if (failure.mysql_errno() == er::bad_field_error)
        return did_you_mean(name_in(failure.what()), source.column_names()) +
               "The expression reads columns of the table as it is before the change.";
    return "Try it in a SELECT over the table.";
}

}  // namespace

expression_judge::expression_judge(db::session& session, const schema::table_definition& source,
                                   const table_name& twin)
    : session_(session), source_(source), twin_(twin) {}

// Its name must mean nothing in the expression.
void expression_judge::make_column_for(const assignment& given) {
    if (!column_.empty())
        session_.execute(fmt::format("ALTER TABLE {} DROP COLUMN {}", twin_.quoted(),
                                     quoted_name(std::exchange(column_, ""))));
    std::string name = "segue_value";
    const std::string text = sql::fold_case(given.expression);
    while (source_.find_column(name) != nullptr || text.find(name) != text.npos) name += '_';
    // No value is ever made of it, so that its type does not matter.
    session_.execute(
        fmt::format("ALTER TABLE {} ADD COLUMN {} TINYINT", twin_.quoted(), quoted_name(name)));
    column_ = name;
}

std::optional<error> expression_judge::refused_as_generated(const assignment& given) {
    const std::string name = quoted_name(column_ + "_generated");
    try {
        session_.execute(fmt::format("ALTER TABLE {} ADD COLUMN {} TINYINT AS ({}) VIRTUAL",
                                     twin_.quoted(), name, given.expression));
    } catch (const error& failure) {
        if (is_of_the_server(failure)) throw;
        return failure;
    }
    session_.execute(fmt::format("ALTER TABLE {} DROP COLUMN {}", twin_.quoted(), name));
    return std::nullopt;
}

// As the server prints it, once it has read it as a default: columns are names in backticks alone
// there, whatever stood before them. Within a function, as a literal alone would have to be of the
// column's type. (And of a TEXT column the first default that is an expression is not printed.)
std::string expression_judge::form_of(const std::string& expression) {
    session_.execute(fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT (COALESCE({}))",
                                 twin_.quoted(), quoted_name(column_), expression));
    return session_
        .query_value(fmt::format(
            R"(SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS
               WHERE TABLE_SCHEMA={} AND TABLE_NAME={} AND COLUMN_NAME={})",
            quoted_literal(twin_.schema), quoted_literal(twin_.name), quoted_literal(column_)))
        .value_or("");
}

bool expression_judge::means_the_same(const std::string& expression, const std::string& form) {
    try {
        return form_of(expression) == form;
    } catch (const error& failure) {
        if (is_of_the_server(failure)) throw;
        return false;
    }
}

// A column may be called as a word of SQL is, which then stands in the expression as well.
std::vector<column_reference> expression_judge::columns_in(const assignment& given,
                                                           const std::string& form) {
    const auto as_columns = [&](std::span<const column_reference> of) {
        return qualified(given.expression, of, source_.name);
    };
    auto all = references_in(given.expression, source_);
    if (means_the_same(as_columns(all), form)) return all;
    std::erase_if(all, [&](const column_reference& one) {
        return !means_the_same(as_columns(std::span(&one, 1)), form);
    });
    if (!means_the_same(as_columns(all), form))
        throw_refusals(
            {{fmt::format("it cannot be told which words of {} are columns", given.text()),
              "Write the names of columns in it in backticks."}});
    return all;
}

void expression_judge::check_that_none_is_bare(const assignment& given, const std::string& text) {
    try {
        static_cast<void>(session_.query(fmt::format("SELECT {} FROM {}, {} LIMIT 0", text,
                                                     source_.name.quoted(), twin_.quoted())));
    } catch (const error& failure) {
        if (is_of_the_server(failure)) throw;
        throw_refusals(
            {{fmt::format("{} cannot be read as an expression over the table's columns: {}",
                          given.text(), failure.what()),
              "Write the names of columns in it in backticks."}});
    }
}

std::string expression_judge::in_plain_words(const error& failure) const {
    std::string words = failure.what();
    for (const std::string& name : {column_ + "_generated", column_})
        for (const std::string_view before :
             {"Expression of generated column", "Default value expression of column"})
            replace_all(words, fmt::format("{} '{}'", before, name), "The expression");
    replace_all(words, "'generated column function'", "the expression");
    replace_all(words, "'default value expression'", "the expression");
    return words;
}

judged_expression expression_judge::judge(const assignment& given, dependence allowed) {
    const auto refuse = [&](const error& why, const std::string& remedy) {
        throw_refusals(
            {{fmt::format("the server does not take {}: {}", given.text(), in_plain_words(why)),
              remedy}});
    };
    make_column_for(given);
    const auto refused = refused_as_generated(given);
    std::string form;
    try {
        form = form_of(given.expression);
    } catch (const error& failure) {
        if (is_of_the_server(failure)) throw;
        refuse(failure, remedy_for(failure, given, source_));
    }
    constexpr std::string_view same_value =
        "Write an expression that has the same value whenever it is computed.";
    if (refused && allowed == dependence::row_alone_always)
        refuse(*refused, std::string(same_value));
    if (refused && allowed == dependence::row_alone)
        refuse(*refused,
               fmt::format(
                   "{} With --allow-nondeterministic this one is taken: each row gets the value of "
                   "the moment in which it is carried over, another one with each of its changes, "
                   "and verification leaves the column out.",
                   same_value));
    const auto columns = columns_in(given, form);
    const auto day = look_for_the_day(
        session_, source_, twin_, fmt::format("({})", qualified(given.expression, columns, twin_)));
    if (day.value && allowed != dependence::also_others)
        throw_refusals(
            {{fmt::format("{} makes a date of a TIME, and that is the date of the day on which it "
                          "is computed",
                          given.text()),
              fmt::format(
                  "Give it a date, as TIMESTAMP('2000-01-01', t) does, or compare it with a "
                  "TIME.{}",
                  allowed == dependence::row_alone_always
                      ? ""
                      : " With --allow-nondeterministic it is taken as it is, and "
                        "verification leaves the column out.")}});
    judged_expression made{
        .text = fmt::format("({})", qualified(given.expression, columns, source_.name)),
        .reads = {},
        .columns = columns,
        .on = refused || day.value ? dependence::also_others : dependence::row_alone,
        .is_time = day.as_a_date && !day.value};
    check_that_none_is_bare(given, made.text);
    for (const column_reference& one : columns)
        if (std::ranges::find(made.reads, one.column) == made.reads.end())
            made.reads.push_back(one.column);
    return made;
}

std::string without_auto_increment(const schema::table_definition& source, const table_name& twin) {
    const auto numbered = std::ranges::find_if(source.columns, &schema::column::auto_increment);
    if (numbered == source.columns.end()) return {};
    std::string line(schema::column_line(source, numbered->name));
    for (const sql::sql_token& token : sql::tokenize(line).tokens)
        if (token.is_word("AUTO_INCREMENT"))
            return fmt::format("ALTER TABLE {} MODIFY COLUMN {}", twin.quoted(),
                               std::string(line).erase(token.offset, token.text.size()));
    return {};
}

}  // namespace segue::expressions
