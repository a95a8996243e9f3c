#include "tests/support/child_process.hpp"

#include "src/base/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace segue::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t tail_bytes = 4000;
// Several times what fits into a pipe.
constexpr int last_reads_max = 16;

[[noreturn]] void fail(const std::string& what, int number) {
    throw error(what + ": " + std::strerror(number));
}

class file {
  public:
    explicit file(int descriptor) : descriptor_(descriptor) {}
    file(file&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    file& operator=(file&&) = delete;
    ~file() { close(); }
    int get() const noexcept { return descriptor_; }
    int release() noexcept { return std::exchange(descriptor_, -1); }
    void close() noexcept {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }

  private:
    int descriptor_;
};

std::pair<file, file> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("making a pipe", errno);
    return {file(ends[0]), file(ends[1])};
}

// What a program writes to the second comes out of the first.
std::pair<file, file> make_terminal(terminal_size size) {
    file master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    std::array<char, 64> name{};
    if (master.get() < 0 || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
        ::ptsname_r(master.get(), name.data(), name.size()) != 0)
        fail("making a pseudo terminal", errno);
    file program_side(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    const winsize window{
        .ws_row = size.rows, .ws_col = size.columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (program_side.get() < 0 || ::ioctl(program_side.get(), TIOCSWINSZ, &window) != 0)
        fail("opening a pseudo terminal", errno);
    return {std::move(master), std::move(program_side)};
}

std::vector<std::string> merged_environment(const environment& extra) {
    std::vector<std::string> merged;
    for (char** at = environ; *at != nullptr; ++at) {
        const std::string_view entry(*at);
        if (!extra.contains(std::string(entry.substr(0, entry.find('=')))))
            merged.emplace_back(entry);
    }
    for (const auto& [name, value] : extra) merged.push_back(name + "=" + value);
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments,
            const environment& extra, int out, int err) {
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto variables = merged_environment(extra);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    // Sockets of sessions have no O_CLOEXEC: a writer's would stay open for as long as the child.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t pid = -1;
    const int failed = ::posix_spawnp(&pid, program.c_str(), &actions, &attributes,
                                      pointers(words).data(), pointers(variables).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) fail("starting " + program, failed);
    return pid;
}

std::string_view last_of(const std::string& text) {
    return text.size() <= tail_bytes ? std::string_view(text)
                                     : std::string_view(text).substr(text.size() - tail_bytes);
}

}  // namespace

child_process::child_process(const std::string& program, const std::vector<std::string>& arguments,
                             const environment& extra, std::optional<terminal_size> terminal)
    : program_(program) {
    auto [out_read, out_write] = terminal ? make_terminal(*terminal) : make_pipe();
    auto [err_read, err_write] = make_pipe();
    file wake(::eventfd(0, EFD_CLOEXEC));
    if (wake.get() < 0) fail("making an eventfd", errno);
    pid_ = spawn(program, arguments, extra, out_write.get(),
                 terminal ? out_write.get() : err_write.get());
    out_write.close();
    err_write.close();
    // The number cannot be another process' yet, since nobody has reaped it.
    pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pid_fd_ < 0) {
        const int failed = errno;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        fail("watching a child", failed);
    }
    wake_fd_ = wake.release();
    collector_ = std::jthread([this, out = out_read.release(), err = err_read.release()] {
        collect(out, err, wake_fd_);
    });
}

child_process::~child_process() {
    {
        std::lock_guard lock(reaping_);
        if (!exit_code_) ::kill(pid_, SIGKILL);
    }
    reap(/*block=*/true);
    wake();
    collector_.join();
    ::close(wake_fd_);
    ::close(pid_fd_);
}

// Until both pipes are closed, or it is woken. What the child itself has written stands in the
// pipes by then; a grandchild may go on to write for as long as it lives.
void child_process::collect(int out, int err, int woken) {
    file out_end(out);
    file err_end(err);
    std::array<pollfd, 3> watched{{{out, POLLIN, 0}, {err, POLLIN, 0}, {woken, POLLIN, 0}}};
    const std::array<std::string*, 2> targets{&out_, &err_};
    std::array<char, 65536> buffer{};
    int last_reads = 0;
    while ((watched[0].fd >= 0 || watched[1].fd >= 0) && last_reads < last_reads_max) {
        const int ready = ::poll(watched.data(), watched.size(), last_reads == 0 ? -1 : 0);
        if (ready < 0) continue;
        if (ready == 0) break;
        if (watched[2].revents != 0) watched[2].fd = -1;
        if (watched[2].fd < 0) ++last_reads;
        for (std::size_t i = 0; i < targets.size(); ++i) {
            if (watched[i].fd < 0 || watched[i].revents == 0) continue;
            const ssize_t got = ::read(watched[i].fd, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            std::lock_guard lock(mutex_);
            if (got > 0) {
                targets[i]->append(buffer.data(), static_cast<std::size_t>(got));
            } else {
                watched[i].fd = -1;
            }
            changed_.notify_all();
        }
    }
    std::lock_guard lock(mutex_);
    output_over_ = true;
    changed_.notify_all();
}

void child_process::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
}

bool child_process::reap(bool block) {
    std::lock_guard lock(reaping_);
    if (exit_code_) return true;
    int status = 0;
    pid_t reaped = -1;
    do {
        reaped = ::waitpid(pid_, &status, block ? 0 : WNOHANG);
    } while (reaped < 0 && errno == EINTR);
    if (reaped == 0) return false;
    exit_code_ = reaped < 0            ? 255
                 : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                       : WEXITSTATUS(status);
    return true;
}

bool child_process::running() {
    return !reap(/*block=*/false);
}

int child_process::wait(milliseconds limit) {
    const auto deadline = steady_clock::now() + limit;
    while (!reap(/*block=*/false)) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
        if (left <= 0) {
            std::lock_guard lock(mutex_);
            throw error(program_ + " has not ended within " + std::to_string(limit.count()) +
                        " ms." + tail());
        }
        pollfd watched{pid_fd_, POLLIN, 0};
        ::poll(&watched, 1, static_cast<int>(left));
    }
    wake();
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return output_over_; });
    }
    std::lock_guard lock(reaping_);
    return *exit_code_;
}

void child_process::signal(int number) {
    std::lock_guard lock(reaping_);
    if (!exit_code_) ::kill(pid_, number);
}

std::string child_process::out() const {
    std::lock_guard lock(mutex_);
    return out_;
}

std::string child_process::err() const {
    std::lock_guard lock(mutex_);
    return err_;
}

std::string child_process::tail() const {
    std::string text = "\n--- standard output:\n";
    text += last_of(out_);
    text += "\n--- standard error:\n";
    return text += last_of(err_);
}

template <typename Found>
void child_process::wait_until(Found found, std::string_view what, milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return found() || output_over_; });
    if (found()) return;
    throw error(program_ + (output_over_ ? " has ended" : " has run for the whole limit") +
                " without writing " + std::string(what) + "." + tail());
}

void child_process::wait_for_output(std::string_view text, milliseconds limit) {
    wait_until(
        [&] {
            return out_.find(text) != std::string::npos || err_.find(text) != std::string::npos;
        },
        text, limit);
}

void child_process::wait_for_match(const std::regex& pattern, milliseconds limit) {
    wait_until([&] { return std::regex_search(out_, pattern) || std::regex_search(err_, pattern); },
               "what was waited for", limit);
}

command_result run_command(const std::string& program, const std::vector<std::string>& arguments,
                           const environment& extra, milliseconds limit) {
    child_process child(program, arguments, extra);
    const int code = child.wait(limit);
    return {.exit_code = code, .out = child.out(), .err = child.err()};
}

}  // namespace segue::test
