#pragma once

#include "src/migration/progress.hpp"
#include "src/preflight/inspection.hpp"

#include <string>
#include <vector>

namespace segue::migration {

/// Is told what happens. Calls come from the thread that runs the migration; they must not block
/// for long, and not throw.
class observer {
  public:
    virtual ~observer() = default;
    virtual void on_plan(const preflight::plan& made) = 0;
    /// A rehearsal has passed; what a run would meet all the same, one sentence each.
    virtual void on_rehearsed(const preflight::plan& made,
                              const std::vector<std::string>& warnings) = 0;
    virtual void on_phase(phase now) = 0;
    /// As soon as it is true; the tables that are not needed any more are still there.
    virtual void on_swapped(const outcome& made) = 0;
    /// One sentence for the operator.
    virtual void on_notice(const std::string& text) = 0;
};

}  // namespace segue::migration
