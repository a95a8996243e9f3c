#pragma once

#include "src/base/clock.hpp"
#include "src/hooks/hook_event.hpp"
#include "src/hooks/hook_process.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace segue::hooks {

/// The hooks of one event, one after the other. It is driven: whoever waits for it calls advance()
/// now and then, and does what else there is to do between.
/// Lifecycle: advance() until it returns true or throws; the destructor ends what is still at work:
/// SIGTERM to its process group, and SIGKILL to what is left of that `grace` later.
/// Threads: one at a time.
class hook_run {
  public:
    static constexpr std::chrono::seconds grace{2};
    static constexpr std::chrono::minutes told_every{1};

    struct surroundings {
        /// No hook may take longer; zero: as long as it likes.
        std::chrono::seconds timeout{0};
        const clock_source& clock = machine_clock();
        hook_process::line_taker take_line;  ///< What a hook writes.
        /// Of a hook that is still at work, each minute: a sentence for the operator.
        std::function<void(const std::string&)> tell;
    };

    /// `files` are run in their order, each with `environment`.
    hook_run(hook_event event, std::vector<std::string> files, std::vector<std::string> environment,
             surroundings around);
    hook_run(const hook_run&) = delete;
    hook_run& operator=(const hook_run&) = delete;
    ~hook_run();

    /// Starts the next one where one has ended. True: all have, with exit code 0. Throws
    /// segue::error where one fails, cannot be started or is ended for its time; no other is
    /// started then.
    bool advance();

    /// Asks what is at work to end (SIGTERM), so that several may end at once.
    void ask_to_end() noexcept;

  private:
    using time_point = clock_source::time_point;
    const std::string& current() const { return files_[next_ - 1]; }
    void start_next();
    void look_at_time();
    /// Whether the one that was asked to end is gone, with its children.
    bool is_gone();

    const hook_event event_;
    const std::vector<std::string> files_;
    const std::vector<std::string> environment_;
    const surroundings around_;
    std::size_t next_ = 0;
    std::optional<hook_process> process_;
    time_point began_{};
    time_point told_{};
    std::optional<time_point> asked_to_end_;
};

}  // namespace segue::hooks
