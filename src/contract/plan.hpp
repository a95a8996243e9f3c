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
    uses used_by;
    std::vector<std::string> notices;  ///< A sentence each.
};

/// Reads what is expanded, and makes the ALTER. Throws segue::error that lists what stands in the
/// way but for who uses the column, with remedies. Blocks.
plan inspect(db::session& session, const task& asked);

/// Why nobody must lose the column yet: who uses it, or may; empty: it may go, or is to go all the
/// same. Pure.
std::vector<refusal> reasons_to_wait(const plan& made, const task& asked);

}  // namespace segue::contract
