#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::expand {

/// By whose rights the triggers act.
struct definer_facts {
    std::string name;  ///< As CREATE TRIGGER takes it: 'user'@'host'.
    std::vector<refusal> refusals;
    std::vector<std::string> notices;  ///< A sentence each.
};

/// Reads "user@host", in quotes or not; empty: the session's account. Looks whether there is such
/// an account, and whether it may do in the schema what the triggers do. Throws segue::error.
definer_facts look_at_definer(db::session& session, std::string_view asked,
                              const std::string& schema);

}  // namespace segue::expand
