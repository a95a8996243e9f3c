#pragma once

#include "cli/command_line/options.hpp"
#include "src/control/command.hpp"
#include "throttle/pace.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace segue::cli {

/// Answers the commands by which a running job that is no migration is asked and steered: those of
/// a migration that mean something to it. docs/interactive-commands.md. Threads: the command
/// server's, but for end_run(). Lifetime: all that it is made with outlives it.
class job_commands {
  public:
    /// A command of the job's own.
    struct own_command {
        std::string_view name;
        std::string_view help;  ///< A part of a sentence.
        std::function<std::string()> act;
    };
    struct parts {
        const options& given;
        throttle::live_pace& pace;
        std::string_view job;               ///< "backfill"
        std::string_view does_not;          ///< Why commands of a migration mean nothing to it.
        std::function<std::string()> line;  ///< How far it is, without its end.
        std::function<nlohmann::json()> fields;  ///< The same for programs.
        std::function<std::vector<std::string>()> status_variables;
        std::function<void(const std::string& words)> panic;
        std::vector<own_command> own = {};
    };
    explicit job_commands(parts with) : with_(std::move(with)) {}

    /// What is sent back, with a line end. Does not throw for what a client can do wrong.
    std::string answer(std::string_view line);
    /// Ends the run, which tells `words`. Threads: any. Waits for nothing.
    bool end_run(const std::string& words);

  private:
    std::string answer_or_throw(const control::command& asked);
    std::string help() const;
    std::string status() const;
    std::string status_json() const;
    void check_table(const control::command& asked, bool must_be_named) const;

    const parts with_;
};

}  // namespace segue::cli
