#pragma once

#include <functional>
#include <signal.h>
#include <stop_token>
#include <thread>

namespace segue::cli {

/// SIGINT and SIGTERM ask for an orderly stop; a second one ends the process at once. SIGHUP, which
/// a terminal that goes away sends as well, ends nothing.
/// Lifecycle: made before any other thread, which then inherits that the signals are blocked.
/// Threads: one of its own, "signals".
class signal_watch {
  public:
    /// `on_hang_up` is called in the thread of the signals, for each SIGHUP. It must be short, and
    /// not throw.
    explicit signal_watch(std::function<void()> on_hang_up);

    std::stop_token token() const { return stop_.get_token(); }

  private:
    void watch(std::stop_token ended);

    const std::function<void()> on_hang_up_;
    sigset_t watched_{};
    std::stop_source stop_;
    std::jthread thread_;
};

}  // namespace segue::cli
