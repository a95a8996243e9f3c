#include "cli/ask_password.hpp"

#include "src/base/error.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace segue::cli {
namespace {

/// Lifecycle: the terminal is as it was when this is gone.
class echo_off {
  public:
    explicit echo_off(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal_, &before_) != 0)
            throw error("--ask-pass: this is not a terminal; use --conf or MYSQL_PWD");
        auto hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        hidden.c_lflag |= ICANON | ECHONL;
        ::tcsetattr(terminal_, TCSAFLUSH, &hidden);
    }
    ~echo_off() { ::tcsetattr(terminal_, TCSANOW, &before_); }
    echo_off(const echo_off&) = delete;
    echo_off& operator=(const echo_off&) = delete;

  private:
    int terminal_;
    termios before_{};
};

class open_file {
  public:
    explicit open_file(const char* path) : descriptor_(::open(path, O_RDWR | O_CLOEXEC)) {}
    ~open_file() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

}  // namespace

std::string read_hidden_line(int terminal) {
    const echo_off hidden(terminal);
    std::string line;
    for (;;) {
        char c = 0;
        const auto count = ::read(terminal, &c, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw error("--ask-pass: the terminal cannot be read");
        if (count == 0 || c == '\n') return line;
        line += c;
    }
}

std::string ask_password() {
    std::puts("Password:");
    std::fflush(stdout);
    const open_file terminal("/dev/tty");
    if (terminal.descriptor() < 0)
        throw error("--ask-pass: there is no terminal to ask on; use --conf or MYSQL_PWD");
    return read_hidden_line(terminal.descriptor());
}

}  // namespace segue::cli
