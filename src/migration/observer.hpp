#pragma once

#include "src/migration/progress.hpp"
#include "src/preflight/plan.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace segue::migration {

/// Is told what happens. Calls come from the thread that runs the migration; they must not block
/// for long, and not throw.
class observer {
  public:
    virtual ~observer() = default;
    /// The inspection has passed, and no row was copied yet.
    virtual void on_plan(const preflight::plan& made) = 0;
    /// A rehearsal has passed; what a run would meet all the same, one sentence each.
    virtual void on_rehearsed(const preflight::plan& made,
                              const std::vector<std::string>& warnings) = 0;
    virtual void on_phase(phase now) = 0;
    /// An attempt to swap has ended. None is told of one that ended the run.
    virtual void on_attempt(const attempt& made) = 0;
    /// The tables are swapped; called as soon as that is true. The tables that are not needed any
    /// more are still there.
    virtual void on_swapped(const outcome& made) = 0;
    /// In the place of all that: ALTER TABLE ... ALGORITHM=INSTANT is done, and statements on the
    /// table waited for it for `waited` at most.
    virtual void on_altered_instantly(std::chrono::milliseconds waited) = 0;
    /// The operator should know `text`, one sentence.
    virtual void on_notice(const std::string& text) = 0;
};

}  // namespace segue::migration
