#include "cli/login/ask_password.hpp"

#include "src/base/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <pthread.h>
#include <termios.h>
#include <unistd.h>

#include <sys/signalfd.h>

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

class descriptor {
  public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

/// The signals that end or suspend a process, but for those that it ignores.
sigset_t watched_signals() {
    sigset_t all;
    sigemptyset(&all);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) {
        struct sigaction now {};
        if (::sigaction(number, nullptr, &now) != 0 || now.sa_handler != SIG_IGN)
            sigaddset(&all, number);
    }
    return all;
}

/// Lifecycle: what was sent meanwhile takes effect when this is gone.
class held_signals {
  public:
    held_signals() : signals_(watched_signals()), sent_(::signalfd(-1, &signals_, SFD_CLOEXEC)) {
        if (sent_.number() < 0) throw error("--ask-pass: signals cannot be watched for");
        pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    ~held_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    held_signals(const held_signals&) = delete;
    held_signals& operator=(const held_signals&) = delete;

    enum class met { input, suspension };

    /// Blocks until `terminal` can be read, or Ctrl-Z was pressed. Throws error when a signal that
    /// ends the process was sent. What was sent stays so.
    met wait_for(int terminal) const {
        std::array<pollfd, 2> looked_at{
            pollfd{.fd = terminal, .events = POLLIN, .revents = 0},
            pollfd{.fd = sent_.number(), .events = POLLIN, .revents = 0}};
        while (::poll(looked_at.data(), looked_at.size(), -1) < 0)
            if (errno != EINTR) throw error("--ask-pass: the terminal cannot be waited for");
        if (looked_at[1].revents == 0) return met::input;
        sigset_t waiting;
        sigpending(&waiting);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            if (sigismember(&signals_, number) == 1 && sigismember(&waiting, number) == 1)
                throw error("--ask-pass: ended by a signal");
        return met::suspension;
    }

    /// Lets SIGTSTP suspend the process. Returns when it goes on.
    static void suspend() {
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, SIGTSTP);
        pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
        pthread_sigmask(SIG_BLOCK, &only, nullptr);
    }

  private:
    const sigset_t signals_;
    const descriptor sent_;
    sigset_t before_{};
};

}  // namespace

std::string read_hidden_line(int terminal, const std::function<void()>& prompt) {
    const held_signals held;
    std::optional<echo_off> hidden;
    std::string line;
    for (;;) {
        if (!hidden) {
            hidden.emplace(terminal);
            prompt();
        }
        if (held.wait_for(terminal) == held_signals::met::suspension) {
            hidden.reset();
            held_signals::suspend();
            line.clear();
            continue;
        }
        char c = 0;
        const auto count = ::read(terminal, &c, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw error("--ask-pass: the terminal cannot be read");
        if (count == 0 || c == '\n') return line;
        line += c;
    }
}

std::string ask_password() {
    const descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
    if (terminal.number() < 0)
        throw error("--ask-pass: there is no terminal to ask on; use --conf or MYSQL_PWD");
    return read_hidden_line(terminal.number(), [] {
        std::puts("Password:");
        std::fflush(stdout);
    });
}

}  // namespace segue::cli
