#include "src/servers/unreadable_replica.hpp"

#include "src/db/table_failure.hpp"
#include "src/servers/account.hpp"
#include "src/servers/replication_status.hpp"

#include <array>

#include <fmt/format.h>

namespace segue::servers {

std::string why_not_replicated(db::session& replica) {
    for (const auto& channel : replication_channels(replica))
        if (const auto why = not_replicating(replica, channel, replica_duty::throttles))
            return fmt::format("{}. {}", why->problem, why->remedy);
    return "Does it lag, is it a replica of this server, do its filters leave the table out?";
}

std::string grant_to_read(db::session& replica, const std::string& schema) {
    const auto account = read_account(replica, schema);
    return account.held.grants_of_missing(std::array{"SELECT"}, account.name);
}

std::string what_helps_to_read(db::session& replica, const std::string& schema,
                               const error& failure) {
    if (db::is_missing_table_or_schema(failure))
        return "The table is written on the primary, and has not come to this server. " +
               why_not_replicated(replica);
    const std::string grant = grant_to_read(replica, schema);
    return grant.empty() ? "" : "There: " + grant;
}

}  // namespace segue::servers
