#pragma once

#include "src/base/error.hpp"
#include "src/base/growing_interval.hpp"
#include "src/migration/observer.hpp"
#include "src/migration/progress.hpp"
#include "src/migration/settings.hpp"
#include "src/migration/steering.hpp"
#include "src/migration/step_gate.hpp"
#include "throttle/throttler.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

namespace segue::migration {

class run_state;

/// One migration from inspection to the swap.
/// Lifecycle: run() or rehearse(), once.
/// Threads: run() on the caller's; it owns "stream", "heartbeat", "checkpoint", "bounds", "copy-N",
/// "flush-N", "statistics", "ender" and those of the throttler. now() from any thread. Lifetime:
/// `told` and `gate` outlive it.
class migration {
  public:
    migration(settings with, observer& told, step_gate& gate);
    ~migration();

    /// Inspects on a table of its own, drops that table again, and tells the plan and what a run
    /// would meet. Throws as run() does.
    void rehearse(std::stop_token stop);

    /// Runs it to the swap. Where the server has taken back what it answered, or is another one
    /// now, goes on from what the database says. Throws segue::error for what ended it, `stopped`
    /// when asked to stop; left_behind() then tells whether the tables were swapped, and what
    /// stays. After the swap it does not throw any more, and a stop ends the dropping of what is
    /// not needed.
    outcome run(std::stop_token stop);

    /// Where the migration stands.
    progress now() const;
    /// Unset until the plan is made. Any thread.
    std::optional<subject> about() const;
    /// How long copying was throttled, and by what: so far, or until all rows were copied. Any
    /// thread.
    throttle::throttle_counts throttled() const;
    /// Any thread.
    steering& steer() noexcept;
    const steering& steer() const noexcept;
    leftovers left_behind() const;

  private:
    class step_memory;
    std::shared_ptr<run_state> state() const;
    /// Whether what has ended is to be gone on with by this process; tells that.
    bool goes_on_after(const run_state& ended, const error& failure, const std::stop_token& stop);
    void begin_again(const std::stop_token& stop);

    settings with_;
    observer& told_;
    const std::unique_ptr<step_memory> gate_;
    steering steering_;
    // Only the thread that runs the migration:
    std::optional<std::chrono::steady_clock::time_point> searches_since_;  ///< For its server.
    growing_interval searches_told_;
    mutable std::mutex mutex_;
    std::shared_ptr<run_state> state_;  // guarded by mutex_
};

}  // namespace segue::migration
