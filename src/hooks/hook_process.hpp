#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace segue::hooks {

/// One hook at work: a process group of its own, with an empty input, no descriptor of ours and
/// every signal as a process expects it. What it writes is taken line by line.
/// Lifecycle: started by the constructor; the destructor ends what is left of it at once (SIGKILL).
/// Threads: one at a time. Nothing but the constructor, which waits for the file system, and the
/// destructor, which waits for the kernel to end it, blocks.
class hook_process {
  public:
    /// Gets a line that the hook wrote, without its end. What it throws goes to the caller.
    using line_taker = std::function<void(std::string_view)>;

    /// Throws segue::error where the file cannot be started.
    hook_process(const std::string& file, std::vector<std::string> environment, line_taker take);
    hook_process(const hook_process&) = delete;
    hook_process& operator=(const hook_process&) = delete;
    ~hook_process();

    /// Takes what it has written. True once it has ended; what it left running in the background
    /// does not count.
    bool has_ended();
    /// How it ended, in words: "exit code 3", "signal 9 (Killed)"; empty: with exit code 0.
    /// Precondition: has_ended().
    std::string failure() const;

    /// Takes what it has written. True once it has ended and nobody holds its output any more.
    bool has_ended_with_its_children();
    /// To its whole group.
    void signal(int number) const noexcept;

  private:
    void take_output();
    void take_lines(bool all);
    void close_output() noexcept;
    void reap() const noexcept;

    const line_taker take_;
    pid_t pid_ = -1;
    int output_ = -1;     ///< -1: nobody writes to it any more.
    bool ended_ = false;  ///< It is a zombie, whose number nobody else can have.
    int code_ = 0;        ///< CLD_EXITED and so on, as waitid() has it.
    int status_ = 0;
    std::string unfinished_;  ///< A line of which the end has not come.
};

/// Ends every hook of this process at once, with its group. For the last words of a process; any
/// thread.
void kill_all_hooks() noexcept;

}  // namespace segue::hooks
