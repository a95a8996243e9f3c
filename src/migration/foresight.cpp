#include "src/migration/foresight.hpp"

#include "src/base/pause.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

namespace segue::migration {
namespace {

// A lock that is held: by which connection ("" where no connection has it: a prepared XA
// transaction whose client is gone), since which event of it.
using holders = std::set<std::pair<std::string, std::string>>;

holders look(db::session& session, const db::session_factory& ours, const table_name& table) {
    holders found;
    for (const db::row& one : session.query(fmt::format(
             "SELECT t.PROCESSLIST_ID, m.OWNER_EVENT_ID FROM performance_schema.metadata_locks m "
             "LEFT JOIN performance_schema.threads t ON t.THREAD_ID=m.OWNER_THREAD_ID WHERE "
             "m.OBJECT_TYPE='TABLE' AND m.OBJECT_SCHEMA={} AND m.OBJECT_NAME={} AND "
             "m.LOCK_STATUS='GRANTED'",
             quoted_literal(table.schema), quoted_literal(table.name)))) {
        if (one[0] && ours.is_ours(db::to_uint64(one[0], "PROCESSLIST_ID"))) continue;
        found.emplace(one[0].value_or(""), one[1].value_or(""));
    }
    return found;
}

std::string describe(const holders& held) {
    const std::string& connection = held.begin()->first;
    const std::string who = connection.empty()
                                ? "a prepared XA transaction"
                                : fmt::format("the transaction of connection {}", connection);
    return held.size() == 1 ? fmt::format("{} holds the table", who)
                            : fmt::format("{} and {} more hold the table", who, held.size() - 1);
}

}  // namespace

std::optional<std::string> foresight::wait_for_quiet_table(db::session& session,
                                                           const db::session_factory& ours,
                                                           const table_name& table, limits within,
                                                           std::stop_token stop) {
    const auto give_up = std::chrono::steady_clock::now() + within.patience;
    holders before = look(session, ours, table);
    for (;;) {
        if (before.empty()) return std::nullopt;
        pause_for(within.long_held, stop);
        holders now = look(session, ours, table);
        holders still;
        std::set_intersection(before.begin(), before.end(), now.begin(), now.end(),
                              std::inserter(still, still.end()));
        if (still.empty()) return std::nullopt;
        if (std::chrono::steady_clock::now() >= give_up) return describe(still);
        before = std::move(now);
    }
}

}  // namespace segue::migration
