#pragma once

#include "src/db/session.hpp"
#include "src/views/plan.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace segue::views {

/// Is told what was done, a line each.
using teller = std::function<void(const std::string&)>;

/// Makes and replaces what the plan says. Killed at any moment it can be done again: inspect()
/// finds what is there. Replacing a view waits for who uses it. Throws segue::error, and `stopped`;
/// what was done stays. Precondition: the session is inspect()'s.
void make_views(db::session& session, const plan& made, const teller& tell,
                const std::stop_token& stop);

}  // namespace segue::views
