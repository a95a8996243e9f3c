#pragma once

#include "src/migration/observer.hpp"
#include "src/migration/progress.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace segue::display {

/// What a run has done so far, for its report.
struct recorded {
    /// A phase that was entered; a run may come back to one.
    struct phase_time {
        migration::phase at = migration::phase::inspect;
        std::chrono::system_clock::time_point began;  ///< The first time.
        std::chrono::milliseconds total{0};           ///< What still runs included.
        unsigned times = 0;
    };
    struct timed_attempt {
        std::chrono::system_clock::time_point ended;
        migration::attempt made;
    };
    std::chrono::system_clock::time_point began;
    std::chrono::system_clock::time_point now;
    std::vector<phase_time> phases;  ///< In the order in which they were entered first.
    unsigned attempts = 0;           ///< Begun ones; one that ended the run has no more than that.
    std::deque<timed_attempt> last_attempts;  ///< The last ones, attempts_kept at most.
    std::chrono::milliseconds stall_max{0};   ///< Of all attempts.
    std::chrono::milliseconds stall_total{0};
    std::optional<migration::outcome> swapped;  ///< Set once the tables are.
};

/// The attempts to swap of a run, so far.
struct attempt_counts {
    unsigned begun = 0;
    unsigned gave_way = 0;
    bool swapped = false;
    std::chrono::milliseconds since_first{0};  ///< Until the swap, or until now; pauses included.
};

/// Writes down what a run does, in memory that does not grow with its time.
/// Threads: any.
class run_record final : public migration::observer {
  public:
    static constexpr std::size_t attempts_kept = 1'000;

    run_record();
    recorded contents() const;
    attempt_counts attempts() const;

    void on_plan(const preflight::plan&) override {}
    void on_rehearsed(const preflight::plan&, const std::vector<std::string>&) override {}
    void on_phase(migration::phase now) override;
    void on_attempt(const migration::attempt& made) override;
    void on_swapped(const migration::outcome& made) override;
    void on_altered_instantly(std::chrono::milliseconds) override {}
    void on_notice(const std::string&) override {}

  private:
    void enter(migration::phase next);
    recorded::phase_time& time_of(migration::phase at);

    mutable std::mutex mutex_;
    recorded so_far_;  // guarded by mutex_, as all below
    migration::phase at_ = migration::phase::inspect;
    std::chrono::steady_clock::time_point entered_;
    std::chrono::steady_clock::time_point first_attempt_;
    attempt_counts attempts_;  // since_first is set once the tables are swapped
};

}  // namespace segue::display
