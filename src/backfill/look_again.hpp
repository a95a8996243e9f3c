#pragma once

#include "src/backfill/plan.hpp"
#include "src/backfill/progress.hpp"
#include "src/db/session_factory.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <stop_token>

namespace segue::backfill {

/// What is looked at, and how.
struct looked_at_again {
    db::session_factory& sessions;  ///< Their locks are waited for a second at most.
    const plan& made;               ///< Of a backfill that has ended; the table is as it was.
    const throttle::live_pace& pace;
    const throttle::throttler& throttler;
    unsigned failures_max;
};

/// Reads all rows once more: which hold another value than the expression's, and are not right by
/// the way back either. For whoever is at work on the table himself: no state is written, and no
/// claim is made. Nothing is changed. Threads: one, which waits in it. Throws segue::error, and
/// `stopped`.
verdict look_again(const looked_at_again& with, std::stop_token stop);

}  // namespace segue::backfill
