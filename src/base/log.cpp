#include "src/base/log.hpp"

#include "src/base/foreign_line.hpp"
#include "src/base/outlet.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <mutex>
#include <poll.h>
#include <string>
#include <unistd.h>

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>

namespace segue::log {
namespace {

// Written by set_level(), read by every thread.
std::atomic<level> least_level{level::error};

// Who writes on the terminal, one at a time.
std::mutex line_mutex;
bystander* line_bystander = nullptr;  // guarded by line_mutex
// Set, and used, under line_mutex. With one, who holds that waits for nobody.
std::atomic<outlet*> line_outlet{nullptr};

std::string_view name_of(level at) {
    switch (at) {
        case level::trace:
            return "TRACE";
        case level::debug:
            return "DEBUG";
        case level::info:
            return "INFO";
        case level::warning:
            return "WARNING";
        case level::error:
            return "ERROR";
        case level::fatal:
            return "FATAL";
    }
    return "";
}

bool can_write() noexcept {
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    return ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
}

// A pipe that is ready takes PIPE_BUF bytes without waiting.
void write_what_fits(std::string_view bytes) noexcept {
    while (!bytes.empty() && can_write()) {
        const auto written =
            ::write(STDERR_FILENO, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        if (written <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void write_all(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto written = ::write(STDERR_FILENO, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

// line_mutex is held.
void add_bystander(std::string& line) {
    if (line_bystander) line = line_bystander->around(line);
}

void print(std::string line) {
    const std::lock_guard lock(line_mutex);
    add_bystander(line);
    if (outlet* const to = line_outlet)
        to->put(std::move(line));
    else
        write_all(line);
}

}  // namespace

void set_level(level least) noexcept {
    least_level.store(least);
}

bool enabled(level at) noexcept {
    return at >= least_level.load();
}

std::string line(level at, std::string_view message) {
    // One for each call: it keeps the second that it has formatted last.
    spdlog::pattern_formatter format("%Y-%m-%d %H:%M:%S %v");
    spdlog::memory_buf_t made;
    const std::string text = fmt::format("{} {}", name_of(at), message);
    format.format(spdlog::details::log_msg("segue", spdlog::level::critical, text), made);
    return {made.data(), made.size()};
}

void write(level at, std::string_view message) noexcept {
    try {
        print(line(at, message));
    } catch (...) {
        // Nothing is left to tell it to.
    }
}

void write_foreign_line(std::string_view line) noexcept {
    try {
        print(fmt::format("{}\n", line));
    } catch (...) {
        // Nothing is left to tell it to.
    }
}

void write_at_once(level at, std::string_view message) noexcept {
    try {
        std::string text = line(at, message);
        std::unique_lock lock(line_mutex, std::defer_lock);
        if (line_outlet.load())
            lock.lock();
        else
            lock.try_lock();
        if (lock.owns_lock()) add_bystander(text);
        outlet* const to = lock.owns_lock() ? line_outlet.load() : nullptr;
        if (to)
            to->put(std::move(text));
        else
            write_what_fits(text);
    } catch (...) {
        // Nothing is left to tell it to.
    }
}

void set_outlet(outlet* stderr_outlet) noexcept {
    const std::lock_guard lock(line_mutex);
    line_outlet = stderr_outlet;
}

void set_bystander(bystander* other) noexcept {
    const std::lock_guard lock(line_mutex);
    line_bystander = other;
}

void between_lines(const std::function<void()>& action) {
    const std::lock_guard lock(line_mutex);
    action();
}

}  // namespace segue::log
