#pragma once

#include "src/backfill/progress.hpp"
#include "src/backfill/task.hpp"
#include "src/db/session_factory.hpp"
#include "src/expand/plan.hpp"
#include "src/expand/state_table.hpp"
#include "src/expand/task.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::expand {

/// Gives a column of a table a second name, so that code that knows either may read and write at
/// the same time. docs/expand.md tells what it does, docs/decisions/0029 why that is right.
/// Lifecycle: rehearse(), or prepare(), then a backfill of what that returns, then conclude().
/// Threads: one, which waits in it; a watchdog while a lock is asked for. Lifetime: what it is made
/// with outlives it. Errors: segue::error, `stopped`; the same task goes on then.
class expansion {
  public:
    struct surroundings {
        db::session_factory& sessions;                 ///< To the server that is written to.
        std::function<void(const std::string&)> tell;  ///< One sentence for the operator.
    };
    expansion(task asked, settings with, surroundings around);

    /// All that a run would be refused for, and what the triggers made of some rows. The table is
    /// not touched.
    plan rehearse(const std::stop_token& stop);

    /// Makes the column and the pair of triggers, as far as they are not there. What is to be
    /// filled then, and verified; of what was verified before nothing is set.
    backfill::task prepare(const std::stop_token& stop);

    /// Writes down how the backfill ended. True: new code may be deployed.
    bool conclude(const backfill::outcome& done);

    /// Unset until the checks have passed.
    const std::optional<plan>& about() const noexcept { return made_; }
    /// Whether something was made, or was there to be gone on with.
    bool began() const noexcept { return began_; }

  private:
    void inspect_now(db::session& session, const std::stop_token& stop);
    void note_what_is_gone(db::session& session);
    void make_column(db::session& session, const std::stop_token& stop);
    void make_trigger(db::session& session, bool of_update, const std::stop_token& stop);
    bool is_there(db::session& session, const std::string& trigger_event) const;
    void make_within_budget(db::session& session, const std::string& what, const std::string& text,
                            const std::function<bool()>& is_made, const std::stop_token& stop);
    void refuse_if_not_instant(db::session& session, const error& failure);
    backfill::task rows_to_fill() const;

    const task asked_;
    const settings with_;
    const surroundings around_;
    std::optional<plan> made_;
    std::optional<state_table> state_;
    bool began_ = false;
    bool was_verified_ = false;
};

}  // namespace segue::expand
