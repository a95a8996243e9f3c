#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <vector>

namespace segue::servers {

/// A table that LOCK TABLES locks along with another, though the statement does not name it.
/// https://dev.mysql.com/doc/refman/8.4/en/lock-tables-and-triggers.html
struct locked_table {
    table_name name;
    bool for_writing = false;  ///< Else for reading, which waits for those who write it.
};

/// What LOCK TABLES ... WRITE of the table would lock beside it: what its triggers use, by whatever
/// routines and views, and the parents of its foreign keys. The server says so itself: it opens
/// them for a statement that it only explains. `any_column`: of the table, not generated.
/// Precondition: performance_schema.metadata_locks can be read; no transaction is open, no table is
/// locked. Waits for metadata locks as a write to the table does; throws segue::error.
std::vector<locked_table> locked_beside(db::session& session, const table_name& table,
                                        const std::string& any_column);

}  // namespace segue::servers
