#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/db/retry.hpp"
#include "src/earlier/earlier_state.hpp"
#include "src/expressions/assignment.hpp"
#include "throttle/signals/signal_set.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace segue::backfill {

/// Which columns of which table are set to what, and in which rows.
struct task {
    table_name table;
    table_naming naming = {};                   ///< --force-table-names
    std::vector<expressions::assignment> sets;  ///< One at least.
    std::string where = {};                     ///< A condition over the row; empty: all rows.
    /// The way back from the one column that is set, as an expand knows it. A row in which it gives
    /// what the other column holds is right, and not set. At the end it is told where it does not.
    std::optional<expressions::assignment> back = {};
    bool only_looked_at = false;    ///< No row is set: what all hold is told.
    bool nondeterministic = false;  ///< --allow-nondeterministic
    bool touch = false;             ///< --touch: ON UPDATE columns are not kept.
    earlier::run_use earlier = earlier::run_use::gone_on_with;  ///< --no-resume, --resume
};

/// How a backfill goes; const from its start.
struct settings {
    throttle::throttle_settings throttling = {};
    /// So many failures in a row of one operation are tried again.
    unsigned failures_max = db::default_failures_max;
    /// How often the heartbeat is written, by which the lag of replicas is known. Above zero.
    std::chrono::milliseconds heartbeat_interval{100};
};

}  // namespace segue::backfill
