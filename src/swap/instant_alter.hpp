#pragma once

#include "src/db/session_factory.hpp"
#include "src/preflight/plan.hpp"
#include "src/swap/swap_record.hpp"

#include <chrono>
#include <stop_token>
#include <string>

namespace segue::swap {

struct instant_attempt {
    bool done = false;
    std::string why_not;                  ///< Empty when it is done.
    std::chrono::milliseconds waited{0};  ///< From the request to the server's answer.
};

/// ALTER TABLE ... ALGORITHM=INSTANT on the table itself: the server changes its dictionary alone,
/// or refuses. It is not asked for while somebody holds the table for long, and it is interrupted
/// when the stall budget, of this `length`, is spent. Precondition: `seen` is what the table is;
/// `alter` has no refused clauses. Throws segue::error where it cannot be found out whether it was
/// done, and the record says so; `stopped`.
/// https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
instant_attempt alter_instantly(db::session_factory& sessions, const preflight::plan& seen,
                                const std::string& alter, std::chrono::milliseconds length,
                                swap_record& record, std::stop_token stop);

}  // namespace segue::swap
