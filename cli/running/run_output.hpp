#pragma once

#include "cli/display/terminal.hpp"
#include "src/base/outlet.hpp"

#include <optional>

namespace segue::cli {

/// Standard output and error of a run: printing waits for no reader, as a pipe that nobody reads
/// must not hold up what the run does. One outlet for both where they are the same file, so that
/// the lines of the two stand in order. docs/decisions/0018-printing-holds-up-nothing.md
/// Lifecycle: log lines go through it from construction to destruction. Threads: "stdout" and
/// "stderr"; any may call.
class run_output {
  public:
    enum class kind {
        lines,  ///< Of a run: what nobody reads in time is lost, and counted.
        report  ///< Of a rehearsal, which is all that there is: it waits until it is read.
    };
    /// `whose`: for programs a line on standard output that tells of lost ones is JSON as well.
    run_output(kind of, display::reader whose);
    run_output(const run_output&) = delete;
    run_output& operator=(const run_output&) = delete;
    ~run_output();

    outlet& out() noexcept { return out_; }

    /// Waits until all is written: for lines within a minute, and for a reader that takes nothing
    /// for five seconds. Lines of standard output that are left are told on standard error. Whether
    /// all of standard output was written.
    bool finish();
    /// For the end of the process, where a moment is all that there is.
    void finish_at_once();
    /// As finish(), of standard error alone.
    void finish_errors();

  private:
    const kind kind_;
    outlet out_;
    std::optional<outlet> err_;  // unset: the same file
};

}  // namespace segue::cli
