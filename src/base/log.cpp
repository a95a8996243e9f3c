#include "src/base/log.hpp"

#include "src/base/foreign_line.hpp"

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <poll.h>
#include <string>
#include <unistd.h>

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace segue::log {
namespace {

// Written by set_level(), read by every thread.
std::atomic<level> least_level{level::error};

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "segue", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%d %H:%M:%S %v");
        made->set_level(spdlog::level::trace);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *instance;
}

// Who writes on the terminal, one at a time.
std::mutex line_mutex;
bystander* line_bystander = nullptr;  // guarded by line_mutex

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

}  // namespace

void set_level(level least) noexcept {
    least_level.store(least);
}

bool enabled(level at) noexcept {
    return at >= least_level.load();
}

void write(level at, std::string_view message) noexcept {
    try {
        const std::lock_guard lock(line_mutex);
        if (line_bystander) line_bystander->before_line();
        logger().log(spdlog::level::critical, "{} {}", name_of(at), message);
        if (line_bystander) line_bystander->after_line();
    } catch (...) {
        // Nothing is left to tell it to.
    }
}

void write_foreign_line(std::string_view line) noexcept {
    try {
        const std::string whole = fmt::format("{}\n", line);
        const std::lock_guard lock(line_mutex);
        if (line_bystander) line_bystander->before_line();
        std::fwrite(whole.data(), 1, whole.size(), stderr);
        std::fflush(stderr);
        if (line_bystander) line_bystander->after_line();
    } catch (...) {
        // Nothing is left to tell it to.
    }
}

void write_at_once(level at, std::string_view message) noexcept {
    try {
        const std::string line =
            fmt::format("{:%Y-%m-%d %H:%M:%S} {} {}\n", fmt::localtime(std::time(nullptr)),
                        name_of(at), message);
        if (!can_write()) return;
        const std::unique_lock lock(line_mutex, std::try_to_lock);
        bystander* const beside = lock.owns_lock() ? line_bystander : nullptr;
        if (beside) beside->before_line();
        write_what_fits(line);
        if (beside) beside->after_line();
    } catch (...) {
        // Nothing is left to tell it to.
    }
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
