#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/servers/privileges.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::servers {

/// The account that a session logged in as.
struct account_facts {
    account_privileges held;  ///< On one schema.
    std::string name;         ///< As GRANT takes it.
    bool partial_revokes = false;
};

/// Reads which account the session has, and what that holds on the schema. Throws segue::error.
account_facts read_account(db::session& session, const std::string& schema);

/// The session's account as GRANT takes it. Throws segue::error.
std::string account_name(db::session& session);

/// `privilege` to the account, on the whole server, or on what else is named: a whole statement.
std::string grant_statement(std::string_view privilege, std::string_view account,
                            std::string_view on = "*.*");

/// `refusals` grows if the account lacks what changing a table of `schema` on the server `host`
/// takes, or what reading that server's binary log takes.
void check_privileges(const account_facts& account, const std::string& schema,
                      const std::string& host, std::vector<refusal>& refusals);

/// `refusals` grows if the account may not read the server's binary log; `of` is how the server is
/// called there. Throws segue::error.
void check_stream_privileges(db::session& session, std::string_view of,
                             std::vector<refusal>& refusals);

}  // namespace segue::servers
