#include "cli/signal_watch.hpp"

#include "src/base/log.hpp"

#include <optional>
#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace segue::cli {

signal_watch::signal_watch(std::function<void()> on_hang_up) : on_hang_up_(std::move(on_hang_up)) {
    sigemptyset(&watched_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched_, number);
    pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
    thread_ = std::jthread([this](std::stop_token ended) { watch(ended); });
}

void signal_watch::when_overdue(std::function<int(std::string_view)> last_words) {
    const std::lock_guard lock(mutex_);
    last_words_ = std::move(last_words);
}

void signal_watch::end_process(std::string_view why) {
    const std::lock_guard lock(mutex_);
    constexpr int stopped = 1;
    _exit(last_words_ ? last_words_(why) : stopped);
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
            if (overdue) end_process("ended at once by a second signal");
            overdue = steady_clock::now() + patience;
            stop_.request_stop();
            // Not by log::write(), which a reader of stderr may hold up.
            log::write_at_once(log::level::warning,
                               "stopping in order; a second signal ends the process at once");
        } else if (overdue && steady_clock::now() >= *overdue) {
            end_process(
                "stopping in order takes too long, so the process is ended: the server may stand "
                "still, or who reads this output");
        }
    }
}

}  // namespace segue::cli
