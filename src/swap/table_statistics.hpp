#pragma once

#include "src/db/session.hpp"
#include "src/preflight/inspection.hpp"

#include <string>
#include <vector>

namespace segue::swap {

/// Gives the new table what the optimizer should know of it when the first query comes: fresh index
/// statistics, and the histograms of the original, which CREATE TABLE ... LIKE leaves out. A
/// histogram is taken over as it is where the column's type stayed, else made from the new rows.
/// The statements go into the binary log, as the ALTER TABLE in whose place they stand would:
/// replicas are read as well, and nothing else brings them the histograms.
/// Returns what the server would not do, one sentence each; only the statistics suffer then.
/// Blocks for as long as it takes to read samples of the table; locks nobody out. Needs SELECT and
/// INSERT on the table.
/// Throws segue::error.
/// https://dev.mysql.com/doc/refman/8.4/en/analyze-table.html
std::vector<std::string> make_statistics(db::session& session, const preflight::plan& made);

}  // namespace segue::swap
