#pragma once

#include "src/migration/run_state.hpp"

#include <functional>
#include <string>

namespace segue::migration {

/// What --test-on-replica does beside a migration: nothing is replicated from before the first
/// attempt to swap on, and after the swap the names become what they were, so that both tables are
/// left as they are equal. That nothing is replicated meanwhile is what makes that safe: a change
/// that came between would stand in the new table alone.
/// Threads: one. Lifetime: `state` outlives it. Errors: segue::error.
class replica_test {
  public:
    explicit replica_test(run_state& state) : state_(state) {}

    /// Stops replication, unless others are to. Returns why the swap has to wait all the same;
    /// empty: it need not. `meanwhile`: as step_gate::pass() takes it.
    std::string prepare_swap(const std::function<void()>& meanwhile);

    /// Precondition: the tables were swapped.
    void swap_back();

    /// The run ends before: what was stopped here goes on, or by whom was asked. Told, and never
    /// thrown, when it cannot.
    void go_on_replicating() noexcept;

    bool stopped_replication() const noexcept { return stopped_here_; }

  private:
    run_state& state_;
    bool asked_ = false;  ///< Who is asked before replication is stopped was.
    bool stopped_here_ = false;
};

}  // namespace segue::migration
