#pragma once

#include "src/db/session.hpp"
#include "src/servers/blockers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::holders {

/// Ends (KILL CONNECTION) the sessions among the blockers that may be ended, as
/// --kill-blockers-after-seconds asks; whatever they had not committed is rolled back by the
/// server. Returns what was done, and what could not be, in words; `account`: the session's, as
/// GRANT takes it. Throws segue::error when the connection is lost.
/// https://dev.mysql.com/doc/refman/8.4/en/kill.html
std::vector<std::string> end_blockers(db::session& session,
                                      const std::vector<servers::blocker>& found,
                                      std::string_view account);

}  // namespace segue::holders
