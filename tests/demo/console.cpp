#include "tests/demo/console.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace segue::demo {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view green = "\x1b[1;32m";
constexpr std::string_view red = "\x1b[1;31m";

bool wants_colours() {
    const char* const none = std::getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) != 0 && (none == nullptr || *none == '\0');
}

void print(bool colours, std::string_view colour, std::string_view text) {
    if (colours) {
        fmt::print("{}{}\x1b[0m\n", colour, text);
    } else {
        fmt::print("{}\n", text);
    }
    std::fflush(stdout);
}

}  // namespace

console::console() : colours_(wants_colours()) {}

void console::step(std::string_view title) {
    end_step();
    print(colours_, bold, fmt::format("== {}", title));
    in_step_ = true;
    step_began_ = steady_clock::now();
}

void console::end_step() {
    if (!in_step_) return;
    in_step_ = false;
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - step_began_);
    line(fmt::format("({})", time_text(took)));
}

void console::line(std::string_view text) {
    print(false, {}, fmt::format("   {}", text));
}

void console::segue_line(std::string_view text) {
    print(colours_, dim, fmt::format("   segue | {}", text));
}

void console::verdict(bool passed, std::string_view text) {
    print(colours_, passed ? green : red, fmt::format("{}: {}", passed ? "PASS" : "FAIL", text));
}

std::string time_text(milliseconds duration) {
    constexpr milliseconds minute{60'000};
    if (duration < minute)
        return fmt::format("{:.1f} s", static_cast<double>(duration.count()) / 1000.0);
    return fmt::format("{} min {} s", duration / minute,
                       std::chrono::duration_cast<std::chrono::seconds>(duration % minute).count());
}

std::string count_text(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ' ');
    return digits;
}

}  // namespace segue::demo
