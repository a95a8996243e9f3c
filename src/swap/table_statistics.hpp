#pragma once

#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace segue::swap {

/// Gives the new table what the optimizer should know of it when the first query comes: fresh index
/// statistics, and the histograms of the original, which CREATE TABLE ... LIKE leaves out. A
/// histogram is taken over as it is where the column's type stayed, else made from the new rows.
/// The statements go into the binary log, as the ALTER TABLE in whose place they stand would:
/// replicas are read as well, and nothing else brings them the histograms.
/// Lifecycle: make() before the first attempt to swap, and a look at the histograms before each.
/// Threads: one at a time. Lifetime: the plan outlives it. Errors: segue::error.
/// https://dev.mysql.com/doc/refman/8.4/en/analyze-table.html
class table_statistics {
  public:
    explicit table_statistics(const preflight::plan& made) : plan_(made) {}

    /// Both. Blocks for as long as it takes to read samples of the table; locks nobody out. Needs
    /// SELECT and INSERT on the table.
    void make(db::session& session);
    /// Whether the original's histograms are others than those that were taken over.
    bool histograms_are_others(db::session& session) const;
    /// Takes over those that were made or renewed since, and drops those that were dropped.
    void follow_histograms(db::session& session);

    /// What the server would not do since the last call, one sentence each; only the statistics
    /// suffer then.
    std::vector<std::string> take_complaints();

  private:
    std::vector<db::row> read_histograms(db::session& session) const;

    const preflight::plan& plan_;
    std::map<std::string, std::string> histograms_;  ///< The original's, by column, as taken over.
    std::vector<std::string> complaints_;
};

}  // namespace segue::swap
