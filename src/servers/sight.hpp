#pragma once

#include "src/db/session.hpp"
#include "src/servers/account.hpp"
#include "src/servers/server_facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::servers {

/// Fills what `facts` says of what the server lets the account see of others: locks, transactions,
/// statements. Returns what is weaker for what it does not, one sentence each, with the GRANT or
/// setting that helps. Throws segue::error where the connection is lost.
std::vector<std::string> look_at_sight(db::session& session, const account_facts& account,
                                       server_facts& facts);

/// The same once more, as privileges are taken away while a migration runs. Returns only what
/// `facts.weaker` does not say yet, and adds it there.
std::vector<std::string> look_at_sight_again(db::session& session, const std::string& schema,
                                             server_facts& facts);

/// Whether the server runs this query for the account. Throws segue::error where the connection is
/// lost.
bool can_run(db::session& session, std::string_view query);

}  // namespace segue::servers
