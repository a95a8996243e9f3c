#include "src/rehearsal/start_notices.hpp"

#include "src/servers/account.hpp"

#include <fmt/format.h>

namespace segue::rehearsal {

std::vector<std::string> start_notices(const preflight::plan& made, const asked_for& of) {
    std::vector<std::string> notices;
    if (of.blockers_ended && !made.server.sees_xa_holders)
        notices.emplace_back(
            "--kill-blockers-after-seconds ends nobody: who holds the table, and whether by a "
            "prepared XA transaction, cannot be seen in performance_schema.");
    else if (of.blockers_ended && !made.server.ends_connections)
        notices.push_back(fmt::format(
            "--kill-blockers-after-seconds can end sessions of this account only. For those of "
            "others: {}",
            servers::grant_statement("CONNECTION_ADMIN", made.server.account)));
    if (!made.server.order_commits)
        notices.emplace_back(
            "binlog_order_commits is OFF: rows are read with locks, which the application may "
            "wait for.");
    if (of.replica_written && made.server.gtids)
        notices.emplace_back(
            "this replica gets transactions of its own: GTIDs under its own UUID, which its "
            "primary does not have. Before it is made a primary, or a source of others, they are "
            "to "
            "be put right.");
    if (of.replica_alone_changed)
        notices.emplace_back(
            "--migrate-on-replica: the table of this replica alone is changed. Whether it can go "
            "on replicating depends on the ALTER: see the manual, Replication with Differing Table "
            "Definitions on Source and Replica.");
    return notices;
}

}  // namespace segue::rehearsal
