#pragma once

#include "src/migration/observer.hpp"
#include "src/migration/progress.hpp"
#include "src/migration/settings.hpp"
#include "src/migration/steering.hpp"
#include "src/migration/step_gate.hpp"
#include "throttle/throttler.hpp"

#include <memory>
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

    /// Runs it to the swap. Throws segue::error for what ended it, `stopped` when asked to stop;
    /// left_behind() then tells whether the tables were swapped, and what stays. After the swap it
    /// does not throw any more, and a stop ends the dropping of what is not needed.
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
    std::unique_ptr<run_state> state_;
};

}  // namespace segue::migration
