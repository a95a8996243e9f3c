#pragma once

#include <string_view>
#include <utility>

#include <fmt/format.h>

/// Log lines on stderr, `YYYY-MM-DD hh:mm:ss LEVEL message` in local time.
/// Threads: every function may be called from any thread. Never log a password, nor a row's values
/// above trace, but for the key of a row that stops the migration.
namespace segue::log {

enum class level { trace, debug, info, warning, error, fatal };

/// Lines below `least` are not written. The default is level::error, as in gh-ost.
void set_level(level least) noexcept;
bool enabled(level at) noexcept;

/// Writes one line; a failure to write is ignored.
void write(level at, std::string_view message) noexcept;

template <typename... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(level::debug)) write(level::debug, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(level::info)) write(level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(level::warning))
        write(level::warning, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(level::error)) write(level::error, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void fatal(fmt::format_string<Args...> text, Args&&... args) {
    write(level::fatal, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace segue::log
