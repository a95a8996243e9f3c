#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/contract/statement_watch.hpp"
#include "src/contract/task.hpp"
#include "src/db/session.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace segue::contract {

/// How far an earlier run of the same contract has come.
enum class standing {
    begins,    ///< Both columns are there.
    swapped,   ///< The tables are swapped, and the migration's state is still there.
    concluded  ///< All is done but that the column stands in `_<t>_exp`.
};

/// What uses the column that goes.
struct uses {
    std::vector<std::string> code;        ///< Views and programs in the server.
    std::vector<std::string> unseen;      ///< What may, and cannot be read.
    std::vector<watched_server> servers;  ///< The statements of each; empty: they are not asked.
};

/// Everything that is known before the migration; immutable once made.
struct plan {
    migration_tables tables;
    table_name state;  ///< `_<t>_exp`
    schema::table_definition table;
    earlier::expanded_column expanded;
    standing at = standing::begins;
    std::string goes;                  ///< The column that goes,
    std::string stays;                 ///< and the one that stays.
    std::string alter;                 ///< The options of ALTER TABLE.
    std::vector<std::string> indexes;  ///< Over the column that goes.
    std::vector<refusal> obstacles;    ///< Whoever uses the column or does not.
    uses used_by;
};

/// Reads what is expanded, and makes the ALTER. Throws segue::error where there is nothing to end,
/// and what stands in the way of looking. Blocks.
plan inspect(db::session& session, const task& asked);

/// Why the column must not go yet: what stands in the way, and who uses it, or may, unless that is
/// let be. Pure.
std::vector<refusal> reasons_against(const plan& made, const task& asked);

}  // namespace segue::contract
