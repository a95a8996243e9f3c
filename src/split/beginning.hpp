#pragma once

#include "src/carry/engine.hpp"
#include "src/db/session_factory.hpp"
#include "src/split/plan.hpp"

#include <optional>
#include <stop_token>
#include <string>

/// What is made, taken over and dropped at the two ends of a run.
namespace segue::split {

/// What a run begins with.
struct begun_with {
    db::session& session;  ///< Which inspected, and has the claims of the start.
    const servers::server_roles& roles;
    const task& asked;
    throttle::pace pace;
    const std::string& run_token;
    const std::stop_token& stop;
};

/// Makes the state, from its beginning, and the target where it is to be made; what an earlier run
/// left is dropped before, but never the target. Notes in the plan what was made. Throws
/// segue::error, `stopped`.
void begin_anew(const begun_with& at, plan& made);
/// Drops the state of a begin_anew() that has failed, as far as it was made by this run. Throws
/// nothing.
void take_back(const begun_with& at, const plan& made) noexcept;
/// Makes the state of the earlier run this one's, and drops its changelog. Throws segue::error
/// where it cannot be gone on with, `stopped`.
void go_on(const begun_with& at, plan& made);
/// Where the engine goes on. Precondition: go_on().
carry::engine::start start_from(db::session& session, const plan& made, const carry::engine& of);

/// Gives both claims of the start back.
void release_start(db::session& session, const migration_tables& tables);
/// Drops changelog and state, which goes last. Waits for who holds them. Throws segue::error,
/// `stopped`.
void drop_own_tables(db::session& session, const plan& made, const std::stop_token& stop);

/// The user locks on both tables, by which others see that a split is at work on them
/// (earlier::others_at_work). A courtesy as others are: what keeps a run from writing is the
/// owner's row. Lifecycle: the locks are had from the beginning, then keep(). Threads: keep() one's
/// own. Lifetime: `sessions` outlives it.
class split_claims {
  public:
    /// Throws segue::error where another split has one of them.
    split_claims(db::session_factory& sessions, const migration_tables& tables);
    /// Claims again where the connection was lost. Returns by `stopped`, which it throws.
    void keep(std::stop_token stop);

  private:
    db::session_factory& sessions_;
    const migration_tables tables_;
    std::optional<db::session> session_;
};

}  // namespace segue::split
