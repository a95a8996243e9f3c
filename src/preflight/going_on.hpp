#pragma once

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/earlier/earlier_state.hpp"
#include "src/new_table/rename_cost.hpp"
#include "src/preflight/plan.hpp"
#include "src/preflight/planned_target.hpp"
#include "src/tables/saved_state.hpp"

#include <string>
#include <vector>

/// What becomes of the tables of an earlier run. docs/decisions/0023.
namespace segue::preflight {

/// What an earlier run left, and Segue may drop because it is asked to, or of no use to anybody.
bool may_be_dropped(const earlier::state& left, const inspection_request& request);

/// Why nothing begins beside `there`, the tables that an earlier run left, and what to do.
refusal stands_in_the_way(const earlier::state& left, const std::vector<std::string>& there);

/// What has to be the same for a later run to go on with this one.
tables::fingerprint fingerprint_of(const plan& made, const std::string& alter,
                                   const std::string& sets, db::session& session);

/// What is known of a run only once its state is ours.
class cannot_go_on : public error {
  public:
    /// Whether a run could, with what differs as it was.
    enum class as { it_is, nobody_can };
    explicit cannot_go_on(const std::string& why, as which = as::nobody_can)
        : error(why), as_(which) {}
    bool could_be_gone_on_with() const noexcept { return as_ == as::it_is; }

  private:
    as as_;
};

/// Makes the checkpoint table and the new table, once what an earlier run left is dropped. Throws
/// as inspect() does.
plan begin_anew(const workplace& at, const plan& made, const rename_cost& cost);

/// Takes over what an earlier run of this migration left. Throws cannot_go_on, with its state taken
/// over and nothing dropped, and as inspect() does.
plan go_on(const workplace& at, plan made, const rename_cost& cost);

}  // namespace segue::preflight
