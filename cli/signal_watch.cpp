#include "cli/signal_watch.hpp"

#include "src/base/log.hpp"

#include <ctime>
#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace segue::cli {
namespace {

constexpr int exit_stopped = 1;

}  // namespace

signal_watch::signal_watch(std::function<void()> on_hang_up) : on_hang_up_(std::move(on_hang_up)) {
    sigemptyset(&watched_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched_, number);
    pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
    thread_ = std::jthread([this](std::stop_token ended) { watch(ended); });
}

void signal_watch::watch(std::stop_token ended) {
    pthread_setname_np(pthread_self(), "signals");
    const timespec turn{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!ended.stop_requested()) {
        const int caught = sigtimedwait(&watched_, nullptr, &turn);
        if (caught == SIGHUP) on_hang_up_();
        if (caught != SIGINT && caught != SIGTERM) continue;
        if (stop_.stop_requested()) ::_exit(exit_stopped);
        log::write(log::level::warning,
                   "stopping in order; a second signal ends the process at once");
        stop_.request_stop();
    }
}

}  // namespace segue::cli
