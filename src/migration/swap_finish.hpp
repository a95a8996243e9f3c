#pragma once

#include "src/base/flag_file.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
#include "src/migration/finish.hpp"
#include "src/migration/run_state.hpp"
#include "src/swap/attempt_pauses.hpp"
#include "src/swap/cut_over.hpp"
#include "src/swap/rename_forecast.hpp"
#include "src/swap/table_statistics.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace segue::migration {

/// The new table takes the original's name: statistics, then attempts to swap until one succeeds,
/// postponed as the operator and the server's load want it.
/// Threads: reach() is one thread's; "statistics" of the group. Lifetime: all that the constructor
/// is given outlives it.
class swap_finish final : public finish {
  public:
    /// Called before each attempt: why it cannot be made yet; empty: it can.
    using obstacle = std::function<std::string()>;

    /// `look_after` is called in each wait, and rests a little; what it throws ends the wait.
    swap_finish(run_state& state, task_group& threads, carry::engine::look_after look_after,
                obstacle in_the_way);

    outcome reach() override;

  private:
    /// Works on the new table's statistics, before the swap and its lock. Nothing else waits for
    /// that, and no failure of it ends the run. Returns whether it was done.
    bool do_statistics(const std::function<void(swap::table_statistics&, db::session&)>& work);
    /// Whether the original's histograms had changed, and were taken over again, which takes time.
    bool follow_histograms();
    /// One attempt after the other, with pauses, until one swaps. Throws segue::error for what ends
    /// the run, and `stopped`.
    outcome attempt_until_swapped();
    /// Waits as long as the operator postpones the swap; returns whether that was so at all.
    bool wait_while_postponed();
    /// Whether it waited: then whatever else postpones the swap is to be looked at again.
    bool wait_while_throttled_by_operator();
    bool wait_while_nothing_is_carried_over();
    /// The lock is not asked for in vain: RENAME TABLE is measured again until it fits the stall
    /// budget. Returns whether it did not, at first.
    bool wait_until_rename_fits(swap::rename_forecast& forecast);
    /// Measures RENAME TABLE on empty tables; a failure is told, and no more.
    void measure_rename(swap::rename_forecast& forecast);
    /// Tries once, unless the replica that the stream comes from is not fit for it now.
    swap::cut_over::result attempt();
    /// Tells that an attempt gave way, and that the swap is postponed where many did.
    void postpone(unsigned attempt, const swap::attempt_pauses& pauses,
                  const swap::cut_over::result& result);

    run_state& state_;
    task_group& threads_;
    const carry::engine::look_after look_after_;
    const obstacle in_the_way_;
    swap::cut_over swapping_;
    /// Also the thread's, which may outlive this when the run ends early.
    const std::shared_ptr<swap::table_statistics> statistics_;
    std::optional<flag_file_watch> postpone_flag_;  ///< Of the file that was looked at last.
};

}  // namespace segue::migration
