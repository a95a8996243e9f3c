#pragma once

#include "tests/support/patience.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace segue::test {

/// Variables that a child gets beside, or in place of, the ones of this process.
using environment = std::map<std::string, std::string>;

/// A pseudo terminal for a child's standard output and error.
struct terminal_size {
    unsigned short columns = 80;
    unsigned short rows = 24;
};

/// A program that runs as a child, its standard output and error collected as they come. Its input
/// is empty. With a terminal_size both go to one pseudo terminal, and all of it is in out(), as a
/// terminal receives it: lines end in "\r\n".
/// Lifecycle: started by the constructor; the destructor kills (SIGKILL) and reaps it.
/// Threads: every function may be called from any thread; it owns one, which reads the output.
/// Errors: segue::error when the program cannot be started, and when a limit has passed or the
/// child ended before what was waited for; the text holds the end of what the child wrote.
class child_process {
  public:
    child_process(const std::string& program, const std::vector<std::string>& arguments,
                  const environment& extra = {},
                  std::optional<terminal_size> terminal = std::nullopt);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process();

    pid_t pid() const noexcept { return pid_; }
    bool running();

    /// Waits for the end. The exit code, or 128 and the number of the signal that ended it. All
    /// that the child itself wrote has been collected afterwards.
    int wait(std::chrono::milliseconds limit = patience);

    /// Does nothing when the child has ended.
    void signal(int number);

    std::string out() const;
    std::string err() const;

    /// Waits until `text` stands in the output or the error output.
    void wait_for_output(std::string_view text, std::chrono::milliseconds limit = patience);
    /// Waits until `pattern` is found in the output or the error output.
    void wait_for_match(const std::regex& pattern, std::chrono::milliseconds limit = patience);

  private:
    template <typename Found>
    void wait_until(Found found, std::string_view what, std::chrono::milliseconds limit);
    void collect(int out, int err, int woken);
    void wake() const;
    bool reap(bool block);
    std::string tail() const;  // mutex_ is held

    std::string program_;
    pid_t pid_ = -1;
    int pid_fd_ = -1;
    int wake_fd_ = -1;
    std::mutex reaping_;
    std::optional<int> exit_code_;  // guarded by reaping_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string out_;           // guarded by mutex_
    std::string err_;           // guarded by mutex_
    bool output_over_ = false;  // guarded by mutex_
    std::jthread collector_;
};

/// What a command that ran to its end has left.
struct command_result {
    int exit_code = 0;
    std::string out;
    std::string err;
};

/// Runs a program to its end. Throws segue::error when the limit passes.
command_result run_command(const std::string& program, const std::vector<std::string>& arguments,
                           const environment& extra = {},
                           std::chrono::milliseconds limit = patience);

}  // namespace segue::test
