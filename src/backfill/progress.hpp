#pragma once

#include "src/backfill/plan.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segue::backfill {

enum class phase {
    inspect,
    walk,       ///< From the first key to the last.
    come_back,  ///< To rows that the application had locked.
    verify,
    done
};
std::string_view name_of(phase at) noexcept;

/// Where a backfill stands. A copy: it does not change.
struct progress {
    phase at = phase::inspect;
    std::uint64_t rows_estimate = 0;  ///< Of the table.
    /// About; by this run and by those that it goes on with, or verified so far.
    std::uint64_t rows_walked = 0;
    std::uint64_t rows_walked_before = 0;  ///< Of these: by earlier runs.
    std::uint64_t rows_changed = 0;        ///< By this run, and by those that it goes on with.
    std::uint64_t rows_locked = 0;         ///< Passed over, and still to be come back to.
    std::uint64_t rows_passed_over = 0;    ///< How often that happened.
    std::uint64_t conflicts = 0;           ///< Chunks that were rolled back for a lock.
    std::chrono::milliseconds elapsed{0};
    bool throttled = false;
    std::string throttle_reason;
};

/// What all rows hold at the end, or some of it.
struct verdict {
    std::uint64_t rows_matching = 0;  ///< Of --where; all rows where there is none.
    /// Of these: rows that hold another value than the expression's, or still want one.
    std::uint64_t rows_differing = 0;
    std::vector<std::string> differing;  ///< The first ten, as "id=7".
    /// Of the others, which were not to be set.
    std::uint64_t others_differing = 0;
    bool others_are_estimated = false;
    std::vector<std::string> others;
};

/// What a run that is done tells.
struct outcome {
    progress at;
    std::uint64_t rows_overridden = 0;  ///< That a trigger gave another value.
    verdict found;
    verdict back;  ///< Of task::back: the rows whose other column it does not give.
};

/// Is told what happens. Calls come from the thread that runs the backfill; they must not block for
/// long, and not throw.
class observer {
  public:
    virtual ~observer() = default;
    /// Every check has passed, and no row was changed yet.
    virtual void on_plan(const plan& made) = 0;
    virtual void on_phase(phase now) = 0;
    /// The operator should know `text`, one sentence.
    virtual void on_notice(const std::string& text) = 0;
    /// The run asks before it goes on behind these: it may take its time, and throw.
    virtual void on_validated() {}
    virtual void on_before_rows() {}
    virtual void on_rows_complete() {}
};

}  // namespace segue::backfill
