#pragma once

#include "cli/running/hook_calls.hpp"
#include "src/control/command_server.hpp"
#include "src/hooks/hook_run.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace segue::cli {

/// The hooks that no step of the run waits for: those before a command, any number at once;
/// and, one at a time, those that are told how far it is, and of chunks that are tried again.
/// Threads: one of its own, "hooks", which waits for no hook; answer() any. Lifecycle: at work from
/// construction to destruction, which ends what is left, within two seconds. Lifetime: all that it
/// is made with outlives it.
class hook_thread {
  public:
    /// The run that it tells of; each is called on the thread of this, and waits for nothing.
    struct told_run {
        std::function<std::chrono::milliseconds()> elapsed;
        std::function<std::optional<std::string>()> status_line;  ///< Unset: none in this second.
        std::function<std::string(std::string_view)> answer;      ///< To a command.
    };
    hook_thread(hook_calls& calls, told_run of);
    hook_thread(const hook_thread&) = delete;
    hook_thread& operator=(const hook_thread&) = delete;
    ~hook_thread();

    /// Has the command answered once its hooks have passed it; where one fails, it is refused.
    void answer(std::string_view line, control::command_server::reply to);

  private:
    struct command {
        std::string line;
        control::command_server::reply to;
        std::unique_ptr<hooks::hook_run> run = nullptr;
        bool answered = false;
    };
    void watch(const std::stop_token& stop);
    std::vector<command> arrived(const std::stop_token& stop);
    void go_on(command& one);
    void look_at_status();
    void look_at_copy_failures();
    // Of hooks from which nothing follows, however they end: that is told and no more. Null where
    // they cannot be begun.
    std::unique_ptr<hooks::hook_run> begin_ignored(hooks::hook_event event,
                                                   hooks::hook_variables more) const;
    void advance_ignored(std::unique_ptr<hooks::hook_run>& run) const;

    hook_calls& calls_;
    const told_run of_;
    std::vector<command> commands_;  // only the thread, as all below to mutex_
    std::unique_ptr<hooks::hook_run> status_;
    std::unique_ptr<hooks::hook_run> copy_retry_;
    std::chrono::seconds status_told_{0};
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<command> arrived_;  // guarded by mutex_
    std::jthread thread_;
};

}  // namespace segue::cli
