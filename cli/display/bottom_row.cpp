#include "cli/display/bottom_row.hpp"

#include <cstdlib>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <sys/ioctl.h>
#include <sys/stat.h>

namespace segue::display {
namespace {

constexpr std::string_view erase = "\r\x1b[K";

bool log_goes_there_too() {
    struct stat out {};
    struct stat err {};
    return ::isatty(STDERR_FILENO) == 1 && ::fstat(STDOUT_FILENO, &out) == 0 &&
           ::fstat(STDERR_FILENO, &err) == 0 && out.st_rdev == err.st_rdev;
}

}  // namespace

bool bottom_row::possible() {
    const char* kind = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && *kind != '\0' &&
           std::string_view(kind) != "dumb";
}

unsigned bottom_row::columns() {
    constexpr unsigned usual = 80;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
    return size.ws_col;
}

bottom_row::bottom_row(outlet& out) : out_(out), shared_(log_goes_there_too()) {
    if (shared_) log::set_bystander(this);
}

bottom_row::~bottom_row() {
    if (shared_) log::set_bystander(nullptr);
    clear();
}

void bottom_row::in_turn(const std::function<void()>& action) const {
    if (shared_)
        log::between_lines(action);
    else
        action();
}

// A terminal that is paused gets the next row when it goes on, and not all that it has missed.
void bottom_row::show(const std::string& text) {
    in_turn([&] {
        text_ = text;
        if (out_.idle()) out_.put(std::string(erase) + text_);
    });
}

void bottom_row::clear() {
    in_turn([&] {
        if (!text_.empty()) out_.put(std::string(erase));
        text_.clear();
    });
}

std::string bottom_row::around(std::string_view line) {
    if (text_.empty()) return std::string(line);
    return std::string(erase).append(line).append(text_);
}

}  // namespace segue::display
