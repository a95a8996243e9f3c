#include "src/servers/start_failure.hpp"

#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/servers/account.hpp"
#include "src/servers/blockers.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace segue::servers {
namespace {

// Of the locks of a busy table only those that keep readers out, as long as there are any: the
// others are in the way where somebody waits for an exclusive one behind them.
void leave_out_readers(std::vector<blocker>& found) {
    const auto excludes = [](const blocker& one) { return one.excludes_readers; };
    if (std::ranges::any_of(found, excludes))
        std::erase_if(found, [&](const blocker& one) { return !excludes(one); });
}

std::string next_step(const blocker& holder) {
    switch (holder.of) {
        case blocker::kind::backup:
            return "A backup is running, and lets nobody make a table: start again when it has "
                   "ended.";
        case blocker::kind::read_lock:
            return "Nobody can write until it is given up (UNLOCK TABLES, or the end of that "
                   "connection): start again then.";
        case blocker::kind::whole_schema:
            return "Start again when that has ended, if the schema is still there.";
        case blocker::kind::beside:
        case blocker::kind::state:
        case blocker::kind::table:
            break;
    }
    return holder.connection == 0
               ? "Commit it or roll it back (XA RECOVER CONVERT XID lists it), and start again."
               : fmt::format("Let it end, or end it (KILL {}), and start again.",
                             holder.connection);
}

}  // namespace

error start_failure(const error& failure, db::session& session, const table_name& original) {
    if (failure.mysql_errno() != er::lock_wait_timeout) return failure;
    constexpr std::string_view look =
        "Look at SHOW PROCESSLIST for who waits and who sleeps in a transaction, and at XA RECOVER "
        "for who is prepared, and start again.";
    if (dynamic_cast<const explained_lock_wait*>(&failure) != nullptr)
        return refused({{failure.what(), std::string(look)}});
    auto found = who_holds(session, original);
    if (found) leave_out_readers(*found);
    const std::string problem =
        fmt::format("a lock keeps Segue from reading {} or making a table beside it: {} ({})",
                    original.quoted(),
                    !found           ? unseen_holder()
                    : found->empty() ? "whoever held it has let go since"
                                     : describe(*found),
                    failure.what());
    if (!found)
        return refused({{problem, fmt::format("{} This lets Segue see who it is:\n{}", look,
                                              grant_statement("SELECT", account_name(session),
                                                              "performance_schema.*"))}});
    return refused({{problem, found->empty() ? std::string(look) : next_step(found->front())}});
}

}  // namespace segue::servers
