#include "src/base/log.hpp"

#include <atomic>
#include <memory>
#include <mutex>

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

void set_bystander(bystander* other) noexcept {
    const std::lock_guard lock(line_mutex);
    line_bystander = other;
}

void between_lines(const std::function<void()>& action) {
    const std::lock_guard lock(line_mutex);
    action();
}

}  // namespace segue::log
