#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace segue::cli {

/// Throws error where the file of --panic-flag-file is there before the run begins: nothing is
/// touched then. `path`: empty for none.
void refuse_panic_file(const std::string& path);

/// Looks whether the file of --panic-flag-file is there, and then ends the run.
/// A file that cannot be looked at, as while a network's file system is away, is told once and
/// counts as not there: an end cannot be taken back, and the socket and signals end a run as well.
/// Lifecycle: at work until it is destroyed, which waits for a look that is under way.
/// Threads: one of its own, "panic-file"; none where the path is empty.
class panic_file {
  public:
    static constexpr std::chrono::milliseconds look_interval{200};

    /// `end_run` asks the run to end with these words; it returns false where that is too late, and
    /// is called again while the file is there. It is called on the thread of this, must not throw,
    /// and waits for nothing. Outlived by what it uses.
    panic_file(std::string path, std::function<bool(std::string_view)> end_run);

  private:
    void watch(const std::stop_token& ended);

    const std::string path_;
    const std::function<bool(std::string_view)> end_run_;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace segue::cli
