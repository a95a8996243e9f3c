#pragma once

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/growing_interval.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace segue::wire {

/// How long the operations of a run wait for what passes by itself (passes_by_itself()), and what
/// is told of it: once when one of them has tried again in vain, each minute while one waits, and
/// once when the last one has found the server back. What passes at the first try anew is not worth
/// a word, and who gives up has a failure to tell instead.
/// Also how often it is told of what is tried again for another reason.
/// Threads: any. Lifetime: the clock outlives it.
class server_patience {
  public:
    using tell_function = std::function<void(const std::string&)>;

    /// `tell` is called by whoever waits.
    server_patience(std::chrono::seconds most, tell_function tell,
                    const clock_source& clock = machine_clock());

    std::chrono::seconds most() const noexcept { return most_; }
    const clock_source& clock() const noexcept { return clock_; }
    /// Whether an operation waits now, which is told unless it is over at once.
    bool awaited() const;

    /// Something is tried again: tells the first of a kind, by all who have this, and then others
    /// at growing intervals; those between are warnings of the log.
    void tell_retry(const std::string& kind, const std::string& text);

  private:
    friend class server_wait;
    void begins();
    void goes_on(const std::string& reason);
    void ends(bool server_is_back);
    std::string waited() const;  ///< Precondition: mutex_ is held.

    const std::chrono::seconds most_;
    const tell_function tell_;
    const clock_source& clock_;
    mutable std::mutex mutex_;
    std::size_t waiting_ = 0;                          // guarded by mutex_; how many operations
    clock_source::time_point since_{};                 // guarded by mutex_; of the first of them
    bool told_ = false;                                // guarded by mutex_; that it is waited for
    clock_source::time_point tell_next_{};             // guarded by mutex_
    std::map<std::string, growing_interval> retries_;  // guarded by mutex_; by their kind
};

/// One operation's wait: from its first failure that passes by itself until it succeeds, or is
/// given up. Lifecycle: for each operation; the destructor gives the wait up. Threads: one.
class server_wait {
  public:
    /// `of` outlives it.
    explicit server_wait(server_patience& of) : of_(of) {}
    server_wait(const server_wait&) = delete;
    server_wait& operator=(const server_wait&) = delete;
    ~server_wait() { end(/*server_is_back=*/false); }

    /// An attempt that lasted so long before it failed shows that the server was there: it is not a
    /// wait, and counts like any other failure.
    static constexpr std::chrono::seconds at_work{60};

    /// An attempt failed by what passes by itself, in the words of `reason`, which may be told.
    /// False: it was waited for long enough.
    bool goes_on_after(const std::string& reason);
    /// The operation succeeded, or has failed otherwise: the server is back.
    void over() noexcept { end(/*server_is_back=*/true); }

    bool was_at_work(clock_source::time_point began) const {
        return of_.clock().now() - began >= at_work;
    }
    /// How long the operation has waited.
    std::chrono::seconds waited() const;
    /// How often the operation was tried in vain.
    unsigned tries() const noexcept { return tries_; }
    std::chrono::seconds most() const noexcept { return of_.most(); }

  private:
    void end(bool server_is_back) noexcept;

    server_patience& of_;
    std::optional<clock_source::time_point> since_;
    unsigned tries_ = 0;
};

/// `failure`, to be thrown when `wait` was long enough: with how long it was, and the flag.
error waited_in_vain(const error& failure, const server_wait& wait);

}  // namespace segue::wire
