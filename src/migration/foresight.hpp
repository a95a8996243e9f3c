#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::migration {

/// Looks, before the cut-over asks for its lock, whether transactions of others hold the table for
/// long: a pending lock request blocks every query behind it, and such a transaction that writes
/// the table afterwards would be a deadlock victim.
/// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html
class foresight {
  public:
    struct limits {
        std::chrono::milliseconds long_held{50};  ///< What is held this long is waited for.
        std::chrono::milliseconds patience{2'000};
    };
    /// Waits for a moment at which nobody holds the table for long. Returns nullopt then; else,
    /// when patience ends first, who holds it. Throws `stopped`, or segue::error.
    static std::optional<std::string> wait_for_quiet_table(db::session& session,
                                                           const db::session_factory& ours,
                                                           const table_name& table, limits within,
                                                           std::stop_token stop);
};

}  // namespace segue::migration
