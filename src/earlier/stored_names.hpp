#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/db/session.hpp"

namespace segue::earlier {

/// The names of a migration's tables as the server stores them, by which the binary log tells of
/// them and a hash is made of a long one: in lower case where it folds names
/// (lower_case_table_names is not 0). `original`: as the server has it.
/// https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html
migration_tables tables_as_stored(const table_name& original, table_naming naming,
                                  bool names_fold_case);
/// The same; asks the server whether it folds names. Throws as sessions do.
migration_tables tables_as_stored(db::session& session, const table_name& original,
                                  const table_naming& naming);

}  // namespace segue::earlier
