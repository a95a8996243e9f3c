#pragma once

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/migration/run_state.hpp"

#include <string>
#include <vector>

namespace segue::migration {

/// A run that ended early, as the server shows it afterwards: whose its tables are now, which of
/// them somebody else dropped or changed, and what the account may no longer do.
/// Threads: one; those of the run have ended. Lifetime: `state` outlives it.
class failed_run {
  public:
    explicit failed_run(run_state& state) : state_(state) {}

    /// Looks, for a few seconds at most, and notes in the state what is not this run's any more. A
    /// server that does not answer leaves everything as the run knew it.
    void look();

    /// Notes, in the state and in the checkpoint table, that no later run can go on, and why. Where
    /// the server does not answer, a later run finds out by itself.
    void write_down_spoiled(const std::string& why);

    /// The failure as it is told to the operator: in the names he knows, with what others did that
    /// explains it.
    error in_words(const error& failure) const;

  private:
    /// Precondition: the tables are still this run's. Notes which of them are gone, or are others.
    void look_for_changes(db::session& session, const std::vector<table_name>& there);
    /// The same. Whether the log holds no longer what a later run would go on from.
    void look_at_place(db::session& session);

    run_state& state_;
    std::vector<table_name> dropped_by_others_;
    bool target_changed_by_others_ = false;
    bool original_changed_by_others_ = false;
    std::string lost_privileges_;
};

}  // namespace segue::migration
