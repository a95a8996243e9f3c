#pragma once

#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
#include "src/migration/run_state.hpp"
#include "src/tables/saved_state.hpp"
#include "src/verify/verified.hpp"

namespace segue::migration {

/// The comparison of the new table with the original before the swap, while the run's threads keep
/// the two in step: every row, or a sample, on as many threads as copied ("verify-N"). How far it
/// is stands in the run's state, so that a later run goes on from there. Threads: run() is the one
/// that runs the migration. Lifetime: what it is made of outlives it, the group's threads among it.
class verification {
  public:
    verification(run_state& state, task_group& threads, carry::engine::look_after look_after);

    /// Returns when all has been compared that was asked for. Throws segue::error that names the
    /// first rows that differ, or says that a definition is another one, and `stopped`.
    /// Precondition: all rows are copied.
    void run();

  private:
    /// Where an earlier run has come to, or at the beginning.
    tables::verified_point where_to_begin();
    void compare_rows();
    void compare_definition();
    void tell(const verify::verified& found);

    run_state& state_;
    task_group& threads_;
    const carry::engine::look_after look_after_;
};

}  // namespace segue::migration
