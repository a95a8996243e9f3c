#pragma once

#include "src/contract/statement_text.hpp"
#include "src/contract/watch_record.hpp"
#include "src/db/session.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace segue::contract {

/// A statement that uses the column, or may.
struct seen_statement {
    std::string text;       ///< As performance_schema has it.
    std::string last_seen;  ///< In UTC; "now" of one that is prepared.
    std::uint64_t times = 0;
    bool unknown = false;  ///< It may use it: verdict::unknown.
};

/// What is known of the statements of one server.
struct watched_server {
    std::string name;   ///< As it names itself, with its port.
    std::string since;  ///< They are watched since then, in UTC.
    std::chrono::seconds watched{0};
    bool begun_anew = false;  ///< It was restarted, or its statements were forgotten, since then.
    std::vector<seen_statement> seen;
    /// Why not all can be known, a part of a sentence each.
    std::vector<std::string> unseen;
};

/// Which statements of the last `within` use the column, or may, and which are prepared that do.
/// `record` is brought up to date: since when the server is watched. What the account may not see
/// is no error. Blocks; throws segue::error where the connection is lost.
/// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-statement-summary-tables.html
watched_server look_at_statements(db::session& session, const asked_about& about,
                                  std::chrono::seconds within, watch_record& record);

}  // namespace segue::contract
