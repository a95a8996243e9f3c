#pragma once

#include "throttle/pace.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace segue::migration {

/// What an operator changes of a run while it goes on, beside its pace, and what the run makes of
/// it. It acts within a moment, wherever the run stands.
/// Threads: any. Lifetime: that of the run.
class steering {
  public:
    /// `postpone_flag_file`: --postpone-cut-over-flag-file, empty where there is none.
    steering(throttle::pace at_first, std::string postpone_flag_file)
        : pace(std::move(at_first)), flag_file_(std::move(postpone_flag_file)) {}

    /// How fast rows are copied, what that waits for, and whether changes are carried over.
    throttle::live_pace pace;

    /// The swap waits as long as this file exists, from now on; nobody has released it.
    void postpone_by(std::string flag_file);
    /// The file that was given, whether the swap still waits for it or not; empty: none.
    std::string flag_file() const;
    /// The swap does not wait for the file any more, though it be there.
    void release();
    /// The file that the swap waits for, if it is there; empty: none, or it was released.
    std::string holding_flag_file() const;

    /// The names of the primary's status variables that are whole numbers, which a load can be
    /// watched by; empty: not known yet.
    void know_status_variables(std::vector<std::string> names);
    std::vector<std::string> status_variables() const;

    /// Between the two the run waits before its next attempt to swap, which may be asked for.
    void pause_begins();
    void pause_ends();
    /// Ends such a pause; false: none runs now, and nothing is asked for.
    bool attempt_now();
    /// Whether that was asked for since the pause began, or since the last call.
    bool take_attempt_now();

    /// Ends the run as a failure does, with these words; whoever calls it asks the run to stop,
    /// too.
    void panic(std::string why);
    std::optional<std::string> panic_words() const;

  private:
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    std::string flag_file_;
    std::vector<std::string> status_variables_;
    bool released_ = false;
    bool pauses_ = false;
    bool attempt_now_ = false;
    std::optional<std::string> panic_;
};

}  // namespace segue::migration
