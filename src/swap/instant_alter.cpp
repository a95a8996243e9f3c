#include "src/swap/instant_alter.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/db/retry.hpp"
#include "src/holders/foresight.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/alter_text.hpp"
#include "src/swap/lost_connection.hpp"
#include "src/swap/stall_budget.hpp"
#include "src/swap/watchdog.hpp"

#include <vector>

#include <fmt/format.h>

namespace segue::swap {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds beyond_budget{5'000};

// Whether the table is still as it was, once the lost connection is gone.
bool is_as_it_was(db::session_factory& sessions, const preflight::plan& seen,
                  const lost_connection& lost, const std::stop_token& stop) {
    constexpr unsigned tries = 30;
    db::session_factory at_any_time = sessions.unwatched();
    db::retrying_session session(at_any_time, tries, db::lock_conflicts::failures);
    bool same = false;
    session.run("look whether the table was altered", stop, [&](db::session& on) {
        if (!end_lost_connection(on, lost, stop))
            throw error(
                fmt::format("connection {}, which was lost, may still alter the table", lost.id),
                {.retryable = true});
        same = !servers::was_changed(on, seen.original);
    });
    return same;
}

}  // namespace

instant_attempt alter_instantly(db::session_factory& sessions, const preflight::plan& seen,
                                const std::string& alter, milliseconds length, swap_record& record,
                                std::stop_token stop) {
    db::session spare = sessions.connect(db::session_role::control);
    db::session session = sessions.connect(db::session_role::control, length + beyond_budget);
    const std::vector<servers::locked_table> beside;
    holders::foresight ahead(spare, sessions, seen.server, seen.tables, beside,
                             {.long_held = length / 10});
    if (const auto found = ahead.wait_for_no_blockers(stop); !found.empty())
        return {.why_not = servers::describe(found)};

    session.execute(fmt::format("SET SESSION lock_wait_timeout={}", db::whole_seconds(length)));
    const std::string text =
        sql::alter_on(sql::parse_alter(alter), seen.original.name, {}, sql::alter_way::instantly);
    const lost_connection self{.id = session.connection_id(), .since = steady_clock::now()};
    const auto interrupt = [&spare, id = self.id] {
        try {
            spare.execute(fmt::format("KILL QUERY {}", id));
        } catch (const error&) {
            // Then lock_wait_timeout ends it.
        }
    };
    const stall_budget budget(machine_clock(), length);
    watchdog timer(machine_clock(), budget.deadline(), interrupt, stop);
    fault::point("instant_alter.before");
    record.rename_is_sent();
    try {
        session.execute(text);
    } catch (const error& failure) {
        timer.disarm();
        if (!failure.connection_lost() && failure.from_server()) {
            record.is_known(false);
            if (stop.stop_requested()) throw stopped();
            return {.why_not = failure.what(), .waited = budget.used()};
        }
        if (!is_as_it_was(sessions, seen, self, stop))
            throw error(
                fmt::format("the connection was lost in ALTER TABLE ... ALGORITHM=INSTANT, "
                            "and {} is another now than it was: by that, or by somebody "
                            "else",
                            seen.original.name.quoted()));
        record.is_known(false);
        return {.why_not = failure.what(), .waited = budget.used()};
    }
    record.is_known(true);
    timer.disarm();
    return {.done = true, .why_not = {}, .waited = budget.used()};
}

}  // namespace segue::swap
