#include "cli/display/bottom_row.hpp"

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>

namespace segue::display {
namespace {

constexpr std::string_view erase = "\r\x1b[K";

// Not by way of stdio, so that it stands in order with what the log writes.
void write_all(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // a terminal that went away is nobody's loss
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

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

bottom_row::bottom_row() : shared_(log_goes_there_too()) {
    if (shared_) log::set_bystander(this);
}

bottom_row::~bottom_row() {
    if (shared_) log::set_bystander(nullptr);
    clear();
}

// A terminal that is paused must not hold log lines up that go elsewhere.
void bottom_row::in_turn(const std::function<void()>& action) const {
    if (shared_)
        log::between_lines(action);
    else
        action();
}

void bottom_row::show(const std::string& text) {
    in_turn([&] {
        text_ = text;
        write_all(std::string(erase) + text_);
    });
}

void bottom_row::clear() {
    in_turn([&] {
        if (!text_.empty()) write_all(erase);
        text_.clear();
    });
}

void bottom_row::before_line() noexcept {
    if (!text_.empty()) write_all(erase);
}

void bottom_row::after_line() noexcept {
    write_all(text_);
}

}  // namespace segue::display
