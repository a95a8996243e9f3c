#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::migration {

/// The lock by which gh-ost keeps a second one from a table, on a session of its own for as long as
/// this lives, so that a gh-ost that is started meanwhile refuses. A courtesy: what keeps a run
/// from writing is the owner's row, and no failure here ends the run. Lifecycle: take(), then
/// keep() until asked to stop. Threads: take() before keep(), which has a thread of its own;
/// destroyed after that has ended. Lifetime: `sessions` outlives this.
class gh_ost_lock {
  public:
    gh_ost_lock(db::session_factory& sessions, table_name original,
                std::function<void(const std::string&)> tell)
        : sessions_(sessions), original_(std::move(original)), tell_(std::move(tell)) {}

    /// Takes the lock if nobody has it; who has, the checks of the start tell
    /// (earlier::gh_ost_at_work). Throws nothing.
    void take() noexcept;
    /// Takes it again where the connection was lost, and tells if a gh-ost has it then. Returns
    /// when asked to stop.
    void keep(std::stop_token stop);

  private:
    /// Whether the session is there, and with it the lock.
    bool is_held() noexcept;
    /// In words, who has it now; empty: it is ours, or no gh-ost's.
    std::string try_to_take();

    db::session_factory& sessions_;
    const table_name original_;
    const std::function<void(const std::string&)> tell_;
    std::optional<db::session> session_;
    bool held_ = false;
};

}  // namespace segue::migration
