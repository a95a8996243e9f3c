#include "src/base/outlet.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace segue {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds turn{50};
constexpr int interrupts = SIGURG;  // ignored, where nobody asks for it

std::uint64_t lines_in(std::string_view text) {
    return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

void nothing(int) {}

// Without SA_RESTART: a call that waits is ended.
void make_interruptible() {
    struct sigaction act {};
    act.sa_handler = nothing;
    sigemptyset(&act.sa_mask);
    ::sigaction(interrupts, &act, nullptr);
}

void leave_signals_to_others() {
    sigset_t blocked{};
    sigfillset(&blocked);
    sigdelset(&blocked, interrupts);
    pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

}  // namespace

outlet::outlet(int descriptor, std::string thread_name, std::size_t bytes_max, gap_text gap)
    : descriptor_(descriptor), bytes_max_(bytes_max), gap_(std::move(gap)) {
    make_interruptible();
    thread_ = std::jthread([this, name = std::move(thread_name)](std::stop_token stop) {
        leave_signals_to_others();
        pthread_setname_np(pthread_self(), name.c_str());
        write_on(stop);
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    });
}

// The signal may come a moment before the write that it is to end, so it is sent again.
outlet::~outlet() {
    thread_.request_stop();
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, turn, [this] { return ended_; }))
        pthread_kill(thread_.native_handle(), interrupts);
}

void outlet::put(std::string text) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        while (!waiting_.empty() && waiting_bytes_ + text.size() > bytes_max_) {
            lost_lines_ += lines_in(waiting_.front());
            whole_ = false;
            waiting_bytes_ -= waiting_.front().size();
            waiting_.pop_front();
        }
        waiting_.push_back(std::move(text));
        waiting_bytes_ += waiting_.back().size();
        changed_.notify_all();
    } catch (...) {
        const std::lock_guard lock(mutex_);
        ++lost_lines_;
        whole_ = false;
    }
}

bool outlet::idle() const {
    const std::lock_guard lock(mutex_);
    return waiting_.empty() && !writing_;
}

outlet::ending outlet::finish(const patience* limit) {
    std::unique_lock lock(mutex_);
    const auto began = steady_clock::now();
    auto progress_at = began;
    for (auto seen = written_bytes_; !waiting_.empty() || writing_;) {
        const auto now = steady_clock::now();
        if (written_bytes_ != seen) progress_at = now;
        seen = written_bytes_;
        if (limit && (now - progress_at >= limit->without_progress || now - began >= limit->in_all))
            break;
        changed_.wait_for(lock, turn);
    }
    ending made{.whole = whole_ && waiting_.empty() && !writing_,
                .lines_left = lost_lines_ + writing_lines_};
    for (const std::string& text : waiting_) made.lines_left += lines_in(text);
    return made;
}

void outlet::write_on(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
        std::string text = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= text.size();
        writing_ = true;
        const std::uint64_t lost = std::exchange(lost_lines_, 0);
        writing_lines_ = lost + lines_in(text);
        lock.unlock();
        if (lost > 0) text.insert(0, gap_(lost));
        const bool written = write_all(text, stop);
        lock.lock();
        whole_ = whole_ && written;
        writing_ = false;
        writing_lines_ = 0;
        changed_.notify_all();
        if (stop.stop_requested()) return;
    }
}

// In pieces that a pipe which is ready takes at once, as far as nobody else writes to it.
bool outlet::write_all(std::string_view bytes, const std::stop_token& stop) {
    while (!bytes.empty()) {
        if (stop.stop_requested()) return false;
        pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        if (::poll(&ready, 1, static_cast<int>(turn.count())) <= 0) continue;
        const auto written =
            ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
        const std::lock_guard lock(mutex_);
        written_bytes_ += static_cast<std::uint64_t>(written);
    }
    return true;
}

}  // namespace segue
