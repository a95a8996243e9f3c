#pragma once

#include "src/db/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace segue::holders {

/// How many errors 1213 statements of this server have raised since it started; nullopt where that
/// is not counted. It counts deadlocks over metadata locks and over rows, of whatever table; MySQL
/// counts a victim of the former twice. Throws segue::error only for a lost connection.
/// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-error-summary-tables.html
std::optional<std::uint64_t> deadlocks_raised(db::session& session);

/// Adds a sentence to `notices` if the server has raised errors 1213 since deadlocks_raised()
/// answered `before`. Does not throw.
void tell_deadlocks(db::session& session, const std::optional<std::uint64_t>& before,
                    std::vector<std::string>& notices);

}  // namespace segue::holders
