#include "src/earlier/others_at_work.hpp"

#include "src/earlier/earlier_run.hpp"
#include "src/earlier/gh_ost.hpp"
#include "src/earlier/job_claim.hpp"

namespace segue::earlier {

std::optional<refusal> others_at_work(db::session& session, const migration_tables& tables,
                                      const asking& by, const std::stop_token& stop) {
    auto others = claimed_by_another(session, claimed_by::backfill, tables.original, stop);
    if (!others) others = claimed_by_another(session, claimed_by::split, tables.original, stop);
    if (!others) others = gh_ost_at_work(session, tables.original);
    if (!others) others = at_work(session, tables, stop);
    if (!others && by.needs_tables) others = checkpoint_of_gh_ost(session, tables);
    if (!others) others = segue_at_work(session, tables, by.is_ours, stop);
    return others;
}

}  // namespace segue::earlier
