#pragma once

#include "src/db/session.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"

#include <cstddef>
#include <string>

namespace segue::preflight {

/// Two tables that are there, and what the one would have to be as a copy of the other.
struct projected_pair {
    schema::table_definition source;
    schema::table_definition target;
    schema::projection projection;
    std::size_t packet_bytes_max = 0;  ///< max_allowed_packet
};

/// Reads both tables, and finds by which key rows of both are the same, and which column carries on
/// which: by name, and where `alter_text` renames columns, as it says. It is the ALTER by which the
/// target came of the source, or empty. `skip_renames`: --skip-renamed-columns. Makes nothing.
/// Throws segue::error that says what stands in the way, with a remedy. Blocks.
projected_pair look_at_pair(db::session& session, const table_name& source,
                            const table_name& target, const std::string& alter_text,
                            bool skip_renames);

}  // namespace segue::preflight
