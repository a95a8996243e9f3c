#include "src/holders/blocker_ender.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/servers/account.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace segue::holders {

std::vector<std::string> end_blockers(db::session& session,
                                      const std::vector<servers::blocker>& found,
                                      std::string_view account) {
    std::vector<std::string> told;
    std::vector<std::uint64_t> done;
    for (const servers::blocker& one : found) {
        if (one.of != servers::blocker::kind::table ||
            std::find(done.begin(), done.end(), one.connection) != done.end())
            continue;
        done.push_back(one.connection);
        const std::string which =
            one.connection == 0
                ? "a prepared XA transaction"
                : fmt::format("connection {} ({}), which has held the table for {} s",
                              one.connection, one.who, one.age.count());
        if (!one.may_be_ended) {
            told.push_back("not ended: " + which +
                           ", as it is not known to be a client's session without a prepared XA "
                           "transaction");
            continue;
        }
        try {
            session.execute(fmt::format("KILL CONNECTION {}", one.connection));
            told.push_back("ended, as --kill-blockers-after-seconds asks: " + which);
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            if (failure.mysql_errno() == er::no_such_thread) continue;
            told.push_back(fmt::format(
                "not ended: {}: {}. For sessions of other accounts:\n{}\nand where theirs "
                "has SYSTEM_USER:\n{}",
                which, failure.what(), servers::grant_statement("CONNECTION_ADMIN", account),
                servers::grant_statement("SYSTEM_USER", account)));
        }
    }
    return told;
}

}  // namespace segue::holders
