#pragma once

#include "src/sql/sql_tokenizer.hpp"

#include <span>
#include <string_view>

namespace segue::sql {

/// Why a clause of an ALTER TABLE is not run, and what to do instead. Constants of the program.
struct reason_and_remedy {
    std::string_view reason;
    std::string_view remedy;
};

/// The remedy for what may be a mistake, and may be a clause of ALTER TABLE that is not on the
/// list.
inline constexpr std::string_view check_spelling =
    "Check its spelling. If ALTER TABLE takes it, leave it out here, and run it in an ALTER TABLE "
    "of "
    "its own before or after the migration.";
inline constexpr reason_and_remedy unknown_clause{
    "it is not a clause of ALTER TABLE that Segue knows", check_spelling};
inline constexpr reason_and_remedy unknown_attribute{
    "it is not a part of a column's definition that Segue knows", check_spelling};
inline constexpr reason_and_remedy other_statement{"it is not ALTER TABLE, but another statement",
                                                   "--alter takes the clauses of ALTER TABLE only"};
inline constexpr reason_and_remedy adds_foreign_key{
    "a foreign key on the ghost table would fail the application's writes long before the swap, "
    "and "
    "at the swap nobody knows whether each row has its parent",
    "leave it out. When the migration is done, look for rows without a parent, then SET "
    "foreign_key_checks=0 and add it with ALTER TABLE ... ALGORITHM=INPLACE, which takes a moment"};
inline constexpr reason_and_remedy adds_auto_increment{
    "the numbers that rows get would not be those that ALTER TABLE gives them",
    "add the column without AUTO_INCREMENT, fill it, and change it in a second migration"};
inline constexpr reason_and_remedy how_to_run_in_comment{
    "it stands in a /*! comment, and tells the server how to run an ALTER that Segue runs on an "
    "empty table",
    "leave it out"};
inline constexpr reason_and_remedy places_files{
    "where the table's files are kept is not changed by a migration",
    "leave it out, or run it as a plain ALTER TABLE"};

/// True if the tokens begin with the word `first` and, unless that is empty, the word `second`.
bool begins_with(std::span<const sql_token> tokens, std::string_view first,
                 std::string_view second = {});

/// True if the tokens begin with words that begin another statement, and no clause of ALTER TABLE.
bool is_other_statement(std::span<const sql_token> tokens);

/// Why a clause that is known is refused. Null if the words it begins with are not on the list of
/// refused clauses, which does not say that it is allowed.
const reason_and_remedy* refused_by_list(std::span<const sql_token> clause);

}  // namespace segue::sql
