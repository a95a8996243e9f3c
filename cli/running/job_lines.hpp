#pragma once

#include "cli/command_line/options.hpp"
#include "cli/running/hook_calls.hpp"
#include "cli/running/run_output.hpp"
#include "src/migration/step_gate.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace segue::cli {

/// What is told on stdout and stderr, and to its hooks, of a job that is no migration: a backfill,
/// a split. Threads: "status" while it is watched; all else from the one that runs the job.
/// Lifetime: what it is made with outlives it.
class job_lines {
  public:
    job_lines(const options& given, std::string_view name, run_output& output, hook_calls& hooks,
              std::stop_token stop)
        : name_(name), json_(given.json), output_(output), hooks_(hooks), stop_(std::move(stop)) {}

    void notice(const std::string& text);
    /// Passes the hooks of a step, which may take their time. Throws as they do.
    void pass(migration::step at);
    void put(std::string_view kind, nlohmann::json fields);
    void put_text(const std::string& text) { output_.out().put(text); }
    bool json_wanted() const noexcept { return json_; }

    /// How far the job is.
    struct status {
        std::chrono::milliseconds elapsed{0};
        std::string line;       ///< Without its end.
        nlohmann::json fields;  ///< With --json.
    };
    void show(const status& now);
    /// Shows it now and then until stop_watching(), as gh-ost's status line comes. `now` outlives
    /// that.
    void watch(std::function<status()> now);
    void stop_watching();

    /// A failure, where it is a refusal as one of this job.
    std::string in_its_words(const std::exception& failure) const;
    /// Something was made that stays.
    void note_beginning() noexcept { began_ = true; }
    bool began() const noexcept { return began_; }

  private:
    const std::string name_;
    const bool json_;
    run_output& output_;
    hook_calls& hooks_;
    const std::stop_token stop_;
    bool began_ = false;
    std::jthread thread_;
};

/// How a job ended.
struct job_end {
    int code = 0;
    std::string why = {};  ///< What ended it; empty: it is done.
    std::string_view stopped_by = {};
    nlohmann::json fields = nlohmann::json::object();
};

/// Runs a job with all that is around one: signals, output, hooks, --report. `name`: of the
/// subcommand. `job` throws nothing. Returns the exit code. Blocks.
int run_job(const options& given, const std::vector<std::string>& notices, std::string_view name,
            const std::function<job_end(job_lines&, hook_calls&, const std::stop_token&)>& job);

/// Answers commands, watches the panic file and runs the hook of the status while it lives.
class job_steering {
  public:
    struct parts {
        const options& given;
        hook_calls& hooks;
        job_lines& lines;
        std::function<std::string(std::string_view line)> answer;
        std::function<bool(const std::string& words)> end_run;
        std::function<job_lines::status()> now;
    };
    /// Throws segue::error where a place for commands that was asked for cannot be had.
    explicit job_steering(parts with);
    ~job_steering();

  private:
    struct at_work;
    const parts with_;
    std::unique_ptr<at_work> work_;
};

}  // namespace segue::cli
