#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/servers/server_facts.hpp"

#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

namespace segue::carry {

/// What wait_for_prepared_xa() would wait for now, in words; nullopt: nothing.
std::optional<std::string> prepared_xa_in_the_way(db::session& session,
                                                  const servers::server_facts& server,
                                                  const table_name& table);

/// Transactions that were prepared before the stream's start stand before it in the binary log, but
/// become visible at their XA COMMIT: what they change would be known to nobody.
/// Waits until no prepared transaction holds the table, telling once what it waits for, and calls
/// `meanwhile` each time that it has looked; what that throws ends the wait. Returns the
/// xids that are still prepared and do not hold it, in the server's form
/// X'gtrid',X'bqual',formatID. Precondition: the stream's start is fixed, and a barrier was passed
/// since. Throws `stopped`, or segue::error. Where XA RECOVER is not allowed, the answer is empty.
std::set<std::string> wait_for_prepared_xa(db::session& session,
                                           const servers::server_facts& server,
                                           const table_name& table,
                                           const std::function<void(const std::string&)>& tell,
                                           const std::function<void()>& meanwhile,
                                           std::stop_token stop);

}  // namespace segue::carry
