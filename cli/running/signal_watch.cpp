#include "cli/running/signal_watch.hpp"

#include "src/base/log.hpp"

#include <atomic>
#include <exception>
#include <optional>
#include <pthread.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace segue::cli {

namespace {

constexpr int exit_stopped = 1;
std::atomic<signal_watch*> the_one{nullptr};  // by the constructor and the destructor

// Of the exception that nothing caught, if it was one.
std::string current_failure() {
    try {
        if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
        return failure.what();
    } catch (...) {
        return "something that is no exception of the standard library was thrown";
    }
    return "std::terminate() was called";
}

}  // namespace

signal_watch::signal_watch(std::function<void()> on_hang_up) : on_hang_up_(std::move(on_hang_up)) {
    sigemptyset(&watched_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched_, number);
    pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
    the_one = this;
    std::set_terminate(&signal_watch::terminate);
    thread_ = std::jthread([this](std::stop_token ended) { watch(ended); });
}

signal_watch::~signal_watch() {
    the_one = nullptr;
}

void signal_watch::when_overdue(last_words words) {
    const std::lock_guard lock(mutex_);
    last_words_ = std::move(words);
}

void signal_watch::end_process(std::string_view why, std::string_view by) {
    const std::lock_guard lock(mutex_);
    _exit(last_words_ ? last_words_(why, by) : exit_stopped);
}

// The handler stays when the watch has gone: the code is one of ours in any case.
void signal_watch::terminate() noexcept {
    static std::atomic_flag begun;
    // A second thread, or what was thrown by the last words.
    if (begun.test_and_set()) _exit(exit_stopped);
    try {
        const std::string why = "a fault of Segue's own: " + current_failure();
        if (signal_watch* const watch = the_one) watch->end_process(why, "failure");
        log::write_at_once(log::level::fatal, why);
    } catch (...) {
        // Nothing is left to tell it with.
    }
    _exit(exit_stopped);
}

void signal_watch::watch(std::stop_token ended) {
    using std::chrono::steady_clock;
    pthread_setname_np(pthread_self(), "signals");
    const timespec turn{.tv_sec = 0, .tv_nsec = 100'000'000};
    std::optional<steady_clock::time_point> overdue;
    while (!ended.stop_requested()) {
        const int caught = sigtimedwait(&watched_, nullptr, &turn);
        if (caught == SIGHUP) on_hang_up_();
        if (caught == SIGINT || caught == SIGTERM) {
            if (overdue) end_process("ended at once by a second signal", "signal");
            overdue = steady_clock::now() + patience;
            stop_.request_stop();
            // Not by log::write(), which a reader of stderr may hold up.
            log::write_at_once(log::level::warning,
                               "stopping in order; a second signal ends the process at once");
        } else if (overdue && steady_clock::now() >= *overdue) {
            end_process(
                "stopping in order takes too long, so the process is ended: the server may stand "
                "still, or who reads this output",
                "signal");
        }
    }
}

}  // namespace segue::cli
