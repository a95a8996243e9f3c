#pragma once

#include "cli/command_line/options.hpp"
#include "cli/display/terminal.hpp"
#include "src/control/command.hpp"
#include "src/migration/migration.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::cli {

/// Answers the commands by which a running migration is asked and steered: gh-ost's, and a few
/// more. docs/interactive-commands.md has them all.
/// Threads: the command server's, but for end_run(). Lifetime: all that it is made with outlives
/// it.
class interactive {
  public:
    /// `stop` asks the run to stop. Precondition: `shown` was started.
    interactive(const options& given, migration::migration& job, const display::terminal& shown,
                std::function<void()> stop)
        : given_(given), job_(job), shown_(shown), stop_(std::move(stop)) {}

    /// What is sent back, with a line end. Does not throw for what a client can do wrong.
    std::string answer(std::string_view line);

    /// Ends the run, which tells `words`. False: too late, since RENAME TABLE was sent. Threads:
    /// any. Waits for nothing.
    bool end_run(const std::string& words);

    /// What the command `help` answers.
    static std::string help();

    struct command_name {
        std::string name;
        bool needs_value;  ///< It is written NAME=VALUE.
    };
    /// All that may begin a command, synonyms included, in the order of help().
    static std::vector<command_name> names();

  private:
    struct entry;
    static const std::vector<entry>& table();

    std::string answer_or_throw(const control::command& asked);
    static bool takes_argument(std::string_view name);
    std::string with_status(const std::string& before) const;
    std::string setting(const control::command& asked);
    bool switched(bool throttle::pace::*which, bool on);
    std::string throttle(const control::command& asked, bool on);
    std::string pause_replay(bool on);
    std::string postpone(const control::command& asked);
    std::string unpostpone(const control::command& asked);
    std::string not_yet(const migration::progress& now) const;
    std::string cut_over_now();
    std::string panic(const control::command& asked);
    std::string server_text(bool inspected) const;
    void check_table(const control::command& asked, bool must_be_named) const;

    const options& given_;
    migration::migration& job_;
    const display::terminal& shown_;
    const std::function<void()> stop_;
};

}  // namespace segue::cli
