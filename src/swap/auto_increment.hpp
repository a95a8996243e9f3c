#pragma once

#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"

namespace segue::swap {

/// Sets the new table's AUTO_INCREMENT as ALTER TABLE would leave it: when the highest rows were
/// deleted, the copy alone would give their numbers out again. The server takes nothing below what
/// the rows have. Does nothing where no column counts.
/// Precondition: the session has both tables locked, and the new one holds all rows.
/// Throws segue::error.
void set_auto_increment(db::session& locker, const preflight::plan& migration);

}  // namespace segue::swap
