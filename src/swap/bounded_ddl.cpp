#include "src/swap/bounded_ddl.hpp"

#include "src/base/clock.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/holders/foresight.hpp"
#include "src/servers/blockers.hpp"
#include "src/swap/stall_budget.hpp"
#include "src/swap/watchdog.hpp"

#include <vector>

#include <fmt/format.h>

namespace segue::swap {
namespace {

constexpr std::chrono::milliseconds beyond_budget{5'000};

}  // namespace

ddl_attempt attempt_ddl(const ddl_place& at, const std::string& text,
                        const std::function<void()>& about_to_send, const std::stop_token& stop) {
    db::session spare = at.sessions.connect(db::session_role::control);
    db::session session = at.sessions.connect(db::session_role::control, at.length + beyond_budget);
    const std::vector<servers::locked_table> beside;
    holders::foresight ahead(spare, at.sessions, at.server, at.tables, beside,
                             {.long_held = at.length / 10});
    ddl_attempt made;
    if (const auto found = ahead.wait_for_no_blockers(stop); !found.empty()) {
        made.why_not = servers::describe(found);
        return made;
    }
    session.execute(fmt::format("SET SESSION lock_wait_timeout={}", db::whole_seconds(at.length)));
    made.by = {.id = session.connection_id(), .since = std::chrono::steady_clock::now()};
    const auto interrupt = [&spare, id = made.by.id] {
        try {
            spare.execute(fmt::format("KILL QUERY {}", id));
        } catch (const error&) {
            // Then lock_wait_timeout ends it.
        }
    };
    const stall_budget budget(machine_clock(), at.length);
    watchdog timer(machine_clock(), budget.deadline(), interrupt, stop);
    about_to_send();
    try {
        session.execute(text);
        made.done = true;
    } catch (const error& failure) {
        made.failed = failure;
        made.why_not = failure.what();
    }
    timer.disarm();
    made.waited = budget.used();
    return made;
}

bool may_pass_later(const ddl_attempt& one) {
    if (one.done) return false;
    if (!one.failed) return true;
    return one.failed->connection_lost() || db::is_conflict(*one.failed) ||
           one.failed->mysql_errno() == er::query_interrupted;
}

}  // namespace segue::swap
