#pragma once

#include "cli/display/ending.hpp"
#include "cli/display/hint_block.hpp"
#include "src/base/outlet.hpp"
#include "src/migration/migration.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace segue::display {

/// For whom standard output is.
enum class reader {
    people,   ///< gh-ost's lines.
    programs  ///< One JSON object a line (json_lines.hpp), also of what people read on stderr.
};

/// What a run shows: gh-ost's hint block and status lines on stdout, notices on stderr. Where
/// stdout is a terminal, a progress bar in place of the status lines, and one such line at the end.
/// For programs JSON lines. Printing waits for nobody.
/// Threads: one of its own, "status", between start() and stop(); the observer's calls come from
/// the migration's thread. Lifetime: `shown` outlives it.
class terminal final : public migration::observer {
  public:
    /// `out` is standard output's, and outlives it.
    terminal(const migration::settings& with, outlet& out, reader whose);
    ~terminal() override;

    void start(const migration::migration& shown);
    void stop();

    /// Where commands are taken, for the hint block.
    void serves_at(serving at);
    /// Notices for when the inspection has passed: a start that ends before is spared them. To be
    /// called before the run.
    void tell_with_plan(std::vector<std::string> notices) { with_plan_ = std::move(notices); }

    /// The hint block and a status line, as of now, each line with its end. Any thread.
    /// Precondition: start() was called.
    std::string status() const;
    /// What status() tells, as JSON. Any thread. Precondition: start() was called.
    std::string status_json() const;
    /// Whether there is a status line in this second, by gh-ost's rule; also where a progress bar
    /// is drawn instead. Any thread.
    bool has_line_for(const migration::progress& now) const;
    /// Prints lines, each with its end, between what is shown. Any thread.
    void echo(const std::string& text) const;

    /// Prints where the old table is.
    void tell_kept(const std::string& text);
    /// Prints how the run ended: `# Done` of one that has done what it was asked for, or a JSON
    /// line. Precondition: stop() was called.
    void end(const ending& last);
    /// The JSON line for a process that is ended now, whatever else is at work. Nothing is printed
    /// behind it.
    void end_at_once(const ending& last);

    void on_plan(const preflight::plan& made) override;
    void on_rehearsed(const preflight::plan& made,
                      const std::vector<std::string>& warnings) override;
    void on_phase(migration::phase now) override;
    void on_attempt(const migration::attempt& made) override;
    /// Ends the status thread: there is nothing more to watch.
    void on_swapped(const migration::outcome& made) override;
    void on_altered_instantly(std::chrono::milliseconds waited) override;
    void on_notice(const std::string& text) override;

  private:
    void watch(const migration::migration& shown, std::stop_token stop);
    void watch_lines(const migration::migration& shown, std::stop_token stop);
    void show_hints(const migration::subject& about);
    void show_status(const migration::progress& now);
    void put(std::string text) const;
    void draw_bar(const migration::migration& shown, std::stop_token stop);
    hints hints_now(const migration::subject& about) const;

    const migration::settings with_;
    const bool json_;
    mutable std::mutex serving_mutex_;
    serving serving_;                              // guarded by serving_mutex_
    std::vector<std::string> with_plan_;           // of the thread that runs the migration
    const migration::migration* shown_ = nullptr;  // set before other threads are there
    const std::chrono::system_clock::time_point began_ = std::chrono::system_clock::now();
    std::atomic<std::int64_t> last_event_{0};  // milliseconds of the run; by the migration's thread
    outlet& out_;
    mutable std::mutex end_mutex_;  // never held while something waits
    bool ended_ = false;            // guarded by end_mutex_: the last line is printed
    std::jthread thread_;
};

}  // namespace segue::display
