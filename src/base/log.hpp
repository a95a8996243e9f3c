#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue {
class outlet;
}

/// Log lines on stderr, `YYYY-MM-DD hh:mm:ss LEVEL message` in local time.
/// Threads: every function may be called from any thread. Never log a password, nor a row's values
/// above trace, but for the key of a row that stops the migration.
namespace segue::log {

enum class level { trace, debug, info, warning, error, fatal };

/// Lines below `least` are not written. The default is level::error, as in gh-ost.
void set_level(level least) noexcept;
bool enabled(level at) noexcept;

/// A line as the others write it, with its end.
std::string line(level at, std::string_view message);

/// Writes one line; a failure to write is ignored. Waits for who reads stderr, unless there is an
/// outlet for it.
void write(level at, std::string_view message) noexcept;

/// Writes one line, but waits for nobody: neither for whoever writes now, nor for a reader of
/// stderr that takes nothing; then it is lost. For the last words of a process.
void write_at_once(level at, std::string_view message) noexcept;

/// Lines are printed by `stderr_outlet` from now on, and nobody waits; directly again if it is
/// nullptr. It outlives that.
void set_outlet(outlet* stderr_outlet) noexcept;

/// Something that draws on the terminal that log lines go to. It is called by whoever writes a
/// line, while nobody else writes one: it must be short, and not log.
class bystander {
  public:
    virtual ~bystander() = default;
    /// The line, which has its end, with what makes room for it and what is drawn again behind it.
    virtual std::string around(std::string_view line) = 0;
};
/// `other` sees each line from now on, none if it is nullptr; who did so before does not any
/// more when this returns.
void set_bystander(bystander* other) noexcept;
/// Runs `action` while no line is written. It must be short, and not log.
void between_lines(const std::function<void()>& action);

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
