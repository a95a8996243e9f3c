#include "src/hooks/hook_process.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <spawn.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/wait.h>

namespace segue::hooks {
namespace {

// One that writes without an end of line is taken in pieces.
constexpr std::size_t line_bytes_max = 65'536;
// Of one that never stops writing no more is read at once.
constexpr int reads_max = 64;

// A number is taken out before its process is reaped, so that a signal never meets another.
std::mutex groups_mutex;
std::vector<pid_t> groups;  // guarded by groups_mutex

void note_group(pid_t leader) {
    const std::lock_guard lock(groups_mutex);
    groups.push_back(leader);
}

void forget_group(pid_t leader) noexcept {
    const std::lock_guard lock(groups_mutex);
    std::erase(groups, leader);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// What posix_spawn() takes, freed.
class spawn_settings {
  public:
    explicit spawn_settings(int output) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
        // Libraries open descriptors without O_CLOEXEC.
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;
    ~spawn_settings() {
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

}  // namespace

hook_process::hook_process(const std::string& file, std::vector<std::string> environment,
                           line_taker take)
    : take_(std::move(take)) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw error(fmt::format("the hook {} cannot be started: {}", file,
                                std::generic_category().message(errno)));
    output_ = ends[0];
    // Of the writing end only: the hook expects to wait where it writes more than is read.
    ::fcntl(ends[1], F_SETFL, 0);
    std::vector<std::string> words{file};
    const spawn_settings settings(ends[1]);
    const int failed = ::posix_spawn(&pid_, file.c_str(), &settings.actions, &settings.attributes,
                                     pointers(words).data(), pointers(environment).data());
    ::close(ends[1]);
    if (failed != 0) {
        close_output();
        throw error(fmt::format("the hook {} cannot be started: {}{}", file,
                                std::generic_category().message(failed),
                                failed == ENOEXEC ? " (does a script begin with #! ?)" : ""));
    }
    note_group(pid_);
}

hook_process::~hook_process() {
    if (!ended_) signal(SIGKILL);
    reap();
    close_output();
}

bool hook_process::has_ended() {
    // Looked at first: what it wrote before its end stands in the pipe by then.
    if (!ended_) {
        siginfo_t found{};
        // It stays a zombie until it is reaped.
        const int looked =
            ::waitid(P_PID, static_cast<id_t>(pid_), &found, WEXITED | WNOHANG | WNOWAIT);
        if (looked == 0 && found.si_pid == pid_) {
            ended_ = true;
            code_ = found.si_code;
            status_ = found.si_status;
        }
    }
    take_output();
    if (ended_) take_lines(/*all=*/true);
    return ended_;
}

std::string hook_process::failure() const {
    require(ended_, "a hook that is asked how it ended has ended");
    if (code_ != CLD_EXITED) {
        const char* const meaning = ::sigdescr_np(status_);
        return fmt::format("signal {} ({})", status_, meaning != nullptr ? meaning : "unknown");
    }
    return status_ == 0 ? "" : fmt::format("exit code {}", status_);
}

bool hook_process::has_ended_with_its_children() {
    return has_ended() && output_ < 0;
}

void hook_process::signal(int number) const noexcept {
    ::kill(-pid_, number);
}

void hook_process::take_output() {
    std::array<char, 16'384> part{};
    for (int reads = 0; output_ >= 0 && reads < reads_max; ++reads) {
        const ssize_t got = ::read(output_, part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return close_output();
        unfinished_.append(part.data(), static_cast<std::size_t>(got));
        take_lines(/*all=*/false);
    }
}

void hook_process::take_lines(bool all) {
    for (;;) {
        const auto end = unfinished_.find('\n');
        const bool whole = end <= line_bytes_max;  // npos is greater
        if (!whole && unfinished_.size() < line_bytes_max && (!all || unfinished_.empty())) return;
        const std::string line = unfinished_.substr(0, whole ? end : line_bytes_max);
        unfinished_.erase(0, line.size() + (whole ? 1 : 0));
        take_(line);
    }
}

void hook_process::close_output() noexcept {
    if (output_ >= 0) ::close(std::exchange(output_, -1));
}

void hook_process::reap() const noexcept {
    forget_group(pid_);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void kill_all_hooks() noexcept {
    const std::lock_guard lock(groups_mutex);
    for (const pid_t leader : groups) ::kill(-leader, SIGKILL);
}

}  // namespace segue::hooks
