#pragma once

#include "src/migration/inspection.hpp"
#include "src/migration/progress.hpp"
#include "src/migration/settings.hpp"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

namespace segue::migration {

/// Is told what happens. Calls come from the thread that runs the migration; they must not block
/// for long, and not throw.
class observer {
  public:
    virtual ~observer() = default;
    virtual void on_plan(const plan& made) = 0;
    virtual void on_phase(phase now) = 0;
    /// One sentence for the operator.
    virtual void on_notice(const std::string& text) = 0;
};

/// What a run that ended early left behind; the original is as it was.
struct leftovers {
    std::string tables;  ///< Quoted names, separated by ", "; empty: nothing.
};

/// One migration from inspection to the swap.
/// Lifecycle: run() or rehearse(), once.
/// Threads: run() on the caller's; it owns "stream", "heartbeat", "bounds", "copy-N", "flush-N" and
/// those of the throttler. now() from any thread.
/// Lifetime: `told` outlives it.
class migration {
  public:
    migration(settings with, observer& told);
    ~migration();

    /// Inspects on a table of its own, tells the plan, and drops that table again.
    void rehearse();

    struct outcome {
        std::chrono::milliseconds stall{0};  ///< Of the attempt that swapped.
        unsigned cut_over_attempts = 0;
        bool old_table_kept = true;
        std::string cleanup_failure;  ///< What could not be dropped after the swap, and why.
    };
    /// Throws segue::error for what ended it, `stopped` when asked to stop; left_behind() then
    /// tells what stays. After the swap it does not throw any more.
    outcome run(std::stop_token stop);

    progress now() const;
    leftovers left_behind() const;

  private:
    struct run_state;
    class runner;
    std::unique_ptr<run_state> state_;
};

}  // namespace segue::migration
