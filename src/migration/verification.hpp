#pragma once

#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
#include "src/migration/run_state.hpp"

namespace segue::migration {

/// The comparison of the new table with the original before the swap, while the run's threads keep
/// the two in step: every row, or a sample, on a thread of its own ("verify").
/// Threads: run() is the one that runs the migration. Lifetime: what it is made of outlives it, the
/// group's threads among it.
class verification {
  public:
    verification(run_state& state, task_group& threads, carry::engine::look_after look_after);

    /// Returns when all has been compared that was asked for. Throws segue::error that names the
    /// first rows that differ, and `stopped`. Precondition: all rows are copied.
    void run();

  private:
    run_state& state_;
    task_group& threads_;
    const carry::engine::look_after look_after_;
};

}  // namespace segue::migration
