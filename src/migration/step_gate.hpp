#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace segue::migration {

/// The steps of a run that somebody may be asked before. docs/hooks.md says when each comes.
enum class step {
    startup,            ///< Nothing was looked at.
    validated,          ///< Every check has passed; nothing but empty tables of ours was made.
    rowcount_complete,  ///< The number of rows is known, as the server estimates it.
    before_row_copy,
    row_copy_complete,
    begin_postponed,   ///< The operator postpones the swap: each time that begins.
    before_cut_over,   ///< Nothing is locked yet; once, however many attempts there will be.
    stop_replication,  ///< Of the replica that is tested on; before the first attempt to swap.
    start_replication  ///< Where the test did not come to its end. No thread of the run is left.
};
/// With minuses, as in "before-row-copy".
std::string_view name_of(step at) noexcept;

/// Is asked before each step, and may take as long as it likes: the run's threads work on. No
/// session of the run is used meanwhile, and no table is locked.
class step_gate {
  public:
    virtual ~step_gate() = default;

    /// Returns when the run may go on; throws segue::error for what ends it. The thread that runs
    /// the migration calls it. `meanwhile` is to be called again and again as long as it waits; it
    /// rests a little, and what it throws is to be let through, at once.
    virtual void pass(step at, const std::function<void()>& meanwhile) = 0;

    /// A try to copy a chunk has failed; unless that ends the run it is tried again. Any thread; it
    /// must wait for nothing, and not throw.
    virtual void on_copy_failure(const std::string& why) noexcept = 0;
};

/// Lets every step pass.
class open_gate final : public step_gate {
  public:
    void pass(step, const std::function<void()>&) override {}
    void on_copy_failure(const std::string&) noexcept override {}
};

}  // namespace segue::migration
