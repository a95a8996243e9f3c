#include "src/wire/server_patience.hpp"

#include "src/base/log.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::wire {
namespace {

constexpr std::chrono::minutes told_every{1};

}  // namespace

server_patience::server_patience(std::chrono::seconds most, tell_function tell,
                                 const clock_source& clock)
    : most_(most), tell_(std::move(tell)), clock_(clock) {}

bool server_patience::awaited() const {
    const std::lock_guard lock(mutex_);
    return waiting_ > 0;
}

void server_patience::tell_retry(const std::string& kind, const std::string& text) {
    bool due = false;
    {
        const std::lock_guard lock(mutex_);
        due = retries_[kind].due(clock_.now());
    }
    if (due)
        tell_(text);
    else
        log::warning("{}", text);
}

std::string server_patience::waited() const {
    return fmt::format(
        "{} s", std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - since_).count());
}

void server_patience::begins() {
    const std::lock_guard lock(mutex_);
    if (waiting_++ > 0) return;
    since_ = clock_.now();
    told_ = false;
}

void server_patience::goes_on(const std::string& reason) {
    std::string so_far;
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = !std::exchange(told_, true);
        if (first) tell_next_ = since_ + told_every;
        if (!first && clock_.now() < tell_next_) return;
        if (!first) tell_next_ = clock_.now() + told_every;
        so_far = waited();
    }
    if (first)
        return tell_(
            fmt::format("waiting for the server, for up to {} s: {}", most_.count(), reason));
    tell_(fmt::format("still waiting for the server, for {} of {} s: {}", so_far, most_.count(),
                      reason));
}

void server_patience::ends(bool server_is_back) {
    std::string so_far;
    {
        const std::lock_guard lock(mutex_);
        if (--waiting_ > 0 || !server_is_back || !told_) return;
        so_far = waited();
    }
    tell_(fmt::format("the server is back, after {}", so_far));
}

bool server_wait::goes_on_after(const std::string& reason) {
    ++tries_;
    if (!since_) {
        since_ = of_.clock().now();
        of_.begins();
        return true;
    }
    if (waited() >= of_.most()) return false;
    of_.goes_on(reason);
    return true;
}

void server_wait::end(bool server_is_back) noexcept {
    tries_ = 0;
    if (!std::exchange(since_, std::nullopt)) return;
    try {
        of_.ends(server_is_back);
    } catch (...) {
        // It is told, and nothing else.
    }
}

std::chrono::seconds server_wait::waited() const {
    if (!since_) return std::chrono::seconds(0);
    return std::chrono::duration_cast<std::chrono::seconds>(of_.clock().now() - *since_);
}

error waited_in_vain(const error& failure, const server_wait& wait) {
    return failure.in(fmt::format("waited {} s for the server (--wait-for-server-seconds)",
                                  wait.waited().count()));
}

}  // namespace segue::wire
