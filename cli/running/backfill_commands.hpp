#pragma once

#include "cli/command_line/options.hpp"
#include "src/backfill/backfill.hpp"
#include "src/control/command.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace segue::cli {

/// Answers the commands by which a running backfill is asked and steered: those of a migration that
/// mean something to it. docs/interactive-commands.md. Threads: the command server's, but for
/// end_run(). Lifetime: all that it is made with outlives it.
class backfill_commands {
  public:
    backfill_commands(const options& given, backfill::backfill& job, throttle::live_pace& pace)
        : given_(given), job_(job), pace_(pace) {}

    /// What is sent back, with a line end. Does not throw for what a client can do wrong.
    std::string answer(std::string_view line);
    /// Ends the run, which tells `words`. Threads: any. Waits for nothing.
    bool end_run(const std::string& words);

  private:
    std::string answer_or_throw(const control::command& asked);
    std::string status() const;
    std::string status_json() const;
    void check_table(const control::command& asked, bool must_be_named) const;

    const options& given_;
    backfill::backfill& job_;
    throttle::live_pace& pace_;
};

}  // namespace segue::cli
