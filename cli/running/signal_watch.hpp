#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <signal.h>
#include <stop_token>
#include <string_view>
#include <thread>

namespace segue::cli {

/// SIGINT and SIGTERM ask for an orderly stop. A second one ends the process at once, and so does
/// this by itself if it has not ended `patience` after the first: the server may stand still, or
/// who reads the output. What nothing catches ends the process with the same last words, and not by
/// SIGABRT. SIGHUP, which a terminal that goes away sends as well, ends nothing.
/// Lifecycle: one at a time; made before any other thread, which then inherit that the signals are
/// blocked; at work until it is destroyed. Threads: one of its own, "signals".
class signal_watch {
  public:
    static constexpr std::chrono::seconds patience{8};

    /// `on_hang_up` is called on the thread of this, for each SIGHUP. It must be short, wait for
    /// nothing, and not throw.
    explicit signal_watch(std::function<void()> on_hang_up);
    ~signal_watch();
    signal_watch(const signal_watch&) = delete;
    signal_watch& operator=(const signal_watch&) = delete;

    std::stop_token token() const { return stop_.get_token(); }
    /// Asks for an orderly stop as the first signal does, but that nothing ends the process for it.
    /// Any thread.
    void request_stop() { stop_.request_stop(); }

    /// Gets why the process is ended and by what ("signal" or "failure"); returns the exit code.
    using last_words = std::function<int(std::string_view why, std::string_view by)>;
    /// Has the last word before the process is ended, and also where std::terminate() ends it. It
    /// is called on the thread of this, or on the one that terminates, and must not wait for long.
    /// Without one the code is 1.
    void when_overdue(last_words words);

  private:
    void watch(std::stop_token ended);
    [[noreturn]] void end_process(std::string_view why, std::string_view by);
    [[noreturn]] static void terminate() noexcept;

    const std::function<void()> on_hang_up_;
    sigset_t watched_{};
    std::stop_source stop_;
    std::mutex mutex_;
    last_words last_words_;  // guarded by mutex_
    std::jthread thread_;
};

}  // namespace segue::cli
