#pragma once

#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"

#include <cstddef>
#include <optional>
#include <stop_token>

namespace segue::preflight {

/// Two tables that are there, and what the one would have to be as a copy of the other.
struct projected_pair {
    schema::table_definition source;
    schema::table_definition target;
    /// What the ALTER makes of the source; unset: there is none.
    std::optional<schema::table_definition> wanted;
    schema::projection projection;
    std::size_t packet_bytes_max = 0;  ///< max_allowed_packet
};

/// Reads both tables, and finds by which key rows of both are the same, and which column carries on
/// which: by name, and where the ALTER renames columns, as it says, as long as the target has them.
/// `request`: the source as its original, and by what the target came of it: the ALTER (or none),
/// --set,
/// --allow-nondeterministic, --skip-renamed-columns. The ALTER and the expressions are tried on
/// empty tables of the source's schema that are made for a moment; where there are none, nothing is
/// made. Values that are of the moment of a migration are not deterministic here. Throws
/// segue::error that says what stands in the way, with a remedy. Blocks.
projected_pair look_at_pair(db::session& session, const inspection_request& request,
                            const table_name& target, const std::stop_token& stop);

}  // namespace segue::preflight
