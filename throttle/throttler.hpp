#pragma once

#include "src/base/clock.hpp"
#include "src/base/task_group.hpp"
#include "throttle/decision.hpp"
#include "throttle/reading.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::throttle {

struct throttle_state {
    bool throttled = false;
    bool hibernating = false;  ///< All that can wait must wait; then throttled, too.
    bool by_operator = false;  ///< Who asks for it may mean the swap as well; then throttled, too.
    std::string reason;        ///< As gh-ost's status line shows it; empty when not throttled.
    clock_source::time_point since;  ///< It has been throttled, or clear, from then on.
};

/// How often, and how long.
struct throttled_time {
    std::uint64_t times = 0;
    clock_source::time_point::duration total{0};  ///< The time that still runs included.
};

/// How often and how long copying was throttled; the wait for the first readings is not counted.
struct throttle_counts : throttled_time {
    /// By the name of the signal whose reason was told; one that took over from another while
    /// copying was throttled counts as well.
    std::map<std::string, throttled_time> by_signal;
};

/// Tells copying when to pause. Until every signal was read once, and whenever one cannot be read,
/// the answer is to pause. No failure of a signal ends the run but must_end, which fails the
/// task_group.
/// Lifecycle: start() once. The threads end when the task_group is stopped; readings grow stale
/// then, so that copying stays paused.
/// Threads: each signal is read by a thread of its own ("throttle-1", ...), so that one that hangs
/// delays no other; "throttle" notes readings that have grown stale. All functions but start() may
/// be called from any thread. A stop takes up to a few seconds while a server hangs.
/// Lifetime: outlives the task_group's threads, as does `clock`.
class throttler {
  public:
    throttler(std::vector<std::unique_ptr<signal>> signals, const clock_source& clock);

    void start(task_group& threads);

    /// Does not block.
    throttle_state state() const;
    throttle_counts counts() const;
    /// Whether all that can wait must wait, not only copying. Does not block.
    bool hibernating() const;

    /// Blocks while throttled. Throws `stopped` as soon as `stop` is asked, throttled or not.
    void wait_until_clear(std::stop_token stop) const;

  private:
    void read(std::size_t index, std::stop_token stop);
    void publish(std::size_t index, reading last);
    void watch(std::stop_token stop);
    void record_and_log(std::unique_lock<std::mutex>& lock);
    bool record(clock_source::time_point now);

    const clock_source& clock_;
    bool started_ = false;                          // the owner's
    std::vector<std::unique_ptr<signal>> signals_;  // each element is its reading thread's

    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    std::vector<watched_signal> watched_;  // guarded by mutex_, as is all below
    std::uint64_t published_ = 0;          ///< Readings so far.
    decision current_;                     ///< As last recorded.
    clock_source::time_point since_;
    std::optional<clock_source::time_point> counted_since_;  ///< Of the time that still runs.
    throttle_counts ended_;   ///< Its totals are of times that ended.
    std::string counted_by_;  ///< Whose time runs; empty: nobody's.
    clock_source::time_point counted_by_since_;
};

}  // namespace segue::throttle
