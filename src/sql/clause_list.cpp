#include "src/sql/clause_list.hpp"

#include <algorithm>
#include <array>

namespace segue::sql {
namespace {

constexpr reason_and_remedy partition_content{
    "it acts on what the partitions hold, and the ghost table's are not the original's",
    "run it as a plain ALTER TABLE, or give a whole PARTITION BY clause"};
constexpr reason_and_remedy how_to_run{
    "it tells the server how to run an ALTER, and is left out only where it is a clause of its own",
    "leave it out"};
/// Clauses that are known and refused, by the words they begin with.
struct refused_clause {
    std::string_view first;
    std::string_view second;  // empty: any
    reason_and_remedy why;
};

constexpr reason_and_remedy tablespace_content{
    "it would act on the ghost table's tablespace, not on the original's",
    "run it as a plain ALTER TABLE"};
constexpr reason_and_remedy keys_switch{"it has no meaning for InnoDB", "leave it out"};
constexpr reason_and_remedy secondary_engine{
    "the ghost table is not loaded in a secondary engine",
    "run it as a plain ALTER TABLE, before or after the migration"};

constexpr std::array refused_clauses{
    refused_clause{"ALGORITHM", "", how_to_run},
    refused_clause{"LOCK", "", how_to_run},
    refused_clause{"WITH",
                   "VALIDATION",
                   {"the server would check the rows of the ghost table, which is empty then",
                    "leave it out"}},
    refused_clause{
        "ORDER",
        "BY",
        {"InnoDB keeps rows in the order of the primary key, whatever order is asked for",
         "leave it out"}},
    refused_clause{"RENAME",
                   "",
                   {"the migration ends by putting the new table in the place of the original",
                    "migrate first, then use RENAME TABLE"}},
    refused_clause{"DISCARD", "PARTITION", partition_content},
    refused_clause{"IMPORT", "PARTITION", partition_content},
    refused_clause{"DISCARD", "", tablespace_content},
    refused_clause{"IMPORT", "", tablespace_content},
    refused_clause{"ENABLE", "KEYS", keys_switch},
    refused_clause{"DISABLE", "KEYS", keys_switch},
    refused_clause{"SECONDARY_LOAD", "", secondary_engine},
    refused_clause{"SECONDARY_UNLOAD", "", secondary_engine},
    refused_clause{"DROP", "PARTITION", partition_content},
    refused_clause{"TRUNCATE", "PARTITION", partition_content},
    refused_clause{"EXCHANGE", "PARTITION", partition_content},
    refused_clause{"ANALYZE", "PARTITION", partition_content},
    refused_clause{"CHECK", "PARTITION", partition_content},
    refused_clause{"OPTIMIZE", "PARTITION", partition_content},
    refused_clause{"REBUILD", "PARTITION", partition_content},
    refused_clause{"REPAIR", "PARTITION", partition_content},
};

/// Words that begin a statement. The first of one word, or the second of two, is reserved, so that
/// none is a clause about a column of that name.
struct statement_words {
    std::string_view first;
    std::string_view second;  // empty: any
};

constexpr std::array other_statements{
    statement_words{"CALL", ""},         statement_words{"CREATE", ""},
    statement_words{"DELETE", ""},       statement_words{"DESCRIBE", ""},
    statement_words{"EXPLAIN", ""},      statement_words{"GRANT", ""},
    statement_words{"INSERT", ""},       statement_words{"LOAD", ""},
    statement_words{"REPLACE", ""},      statement_words{"REVOKE", ""},
    statement_words{"SELECT", ""},       statement_words{"SET", ""},
    statement_words{"SHOW", ""},         statement_words{"UPDATE", ""},
    statement_words{"USE", ""},          statement_words{"ALTER", "DATABASE"},
    statement_words{"ALTER", "SCHEMA"},  statement_words{"ANALYZE", "TABLE"},
    statement_words{"CHECK", "TABLE"},   statement_words{"DROP", "DATABASE"},
    statement_words{"DROP", "FUNCTION"}, statement_words{"DROP", "PROCEDURE"},
    statement_words{"DROP", "SCHEMA"},   statement_words{"DROP", "TABLE"},
    statement_words{"DROP", "TRIGGER"},  statement_words{"OPTIMIZE", "TABLE"},
    statement_words{"REPAIR", "TABLE"},  statement_words{"TRUNCATE", "TABLE"},
};

}  // namespace

bool begins_with(std::span<const sql_token> tokens, std::string_view first,
                 std::string_view second) {
    return !tokens.empty() && tokens[0].is_word(first) &&
           (second.empty() || (tokens.size() > 1 && tokens[1].is_word(second)));
}

bool is_other_statement(std::span<const sql_token> tokens) {
    return std::ranges::any_of(other_statements, [&](const statement_words& words) {
        return begins_with(tokens, words.first, words.second);
    });
}

const reason_and_remedy* refused_by_list(std::span<const sql_token> clause) {
    for (const auto& listed : refused_clauses)
        if (begins_with(clause, listed.first, listed.second)) return &listed.why;
    return nullptr;
}

}  // namespace segue::sql
