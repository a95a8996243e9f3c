#pragma once

#include "cli/command_line/options.hpp"
#include "src/hooks/hook_environment.hpp"
#include "src/hooks/hook_event.hpp"
#include "src/hooks/hook_folder.hpp"
#include "src/hooks/hook_run.hpp"
#include "src/migration/step_gate.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::cli {

/// The operator's hooks as a gate that a migration passes, or a backfill, and at its end.
/// docs/hooks.md. Lifecycle: made before the run, then serve(). Threads: begin() and
/// on_copy_failure() any; all else the one that runs the migration, and waits there. Lifetime:
/// `given` outlives it.
class hook_calls final : public migration::step_gate {
  public:
    explicit hook_calls(const options& given) : given_(given), folder_(given.hooks.path) {}

    /// What all hooks are told from now on; any thread. It outlives all calls.
    void serve(std::function<hooks::hook_variables()> told) { told_ = std::move(told); }
    bool given() const noexcept { return folder_.given(); }
    std::chrono::seconds status_interval() const noexcept { return given_.hooks.status_interval; }
    /// As hook_folder::check().
    std::vector<std::string> check() const { return folder_.check(); }

    void pass(migration::step at, const std::function<void()>& meanwhile) override;
    void on_copy_failure(const std::string& why) noexcept override;
    /// The last one that nobody has taken yet.
    std::optional<std::string> take_copy_failure();

    /// After the swap nothing that a hook does fails the run: it is told. Of a rehearsal it throws
    /// segue::error, and `stopped`.
    void succeeded(std::stop_token stop, bool instant = false);
    /// The same of a run that has done what `done` says, a sentence without its end.
    void succeeded(std::stop_token stop, std::string_view done, hooks::hook_variables more);
    /// Of a run that failed or was stopped; what the hooks make of it is told.
    void failed(std::stop_token stop) noexcept;

    /// The hooks of `event`, not yet started; `more` beside what all of them are told. Throws
    /// segue::error where the folder cannot be read.
    std::unique_ptr<hooks::hook_run> begin(hooks::hook_event event,
                                           hooks::hook_variables more = {}) const;

  private:
    void run(hooks::hook_event event, hooks::hook_variables more,
             const std::function<void()>& meanwhile) const;
    std::vector<std::string> secrets() const;

    const options& given_;
    const hooks::hook_folder folder_;
    std::function<hooks::hook_variables()> told_;  // set before other threads are there
    std::mutex mutex_;
    std::optional<std::string> copy_failure_;  // guarded by mutex_
};

}  // namespace segue::cli
