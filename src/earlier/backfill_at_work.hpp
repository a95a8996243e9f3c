#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/db/session.hpp"

#include <optional>
#include <string_view>

namespace segue::earlier {

/// The comment by which the table of a backfill's state is known, whatever stands in it.
inline constexpr std::string_view backfill_state_comment = "Segue: state of a backfill";

/// The state that a backfill of the table has left, or has; nullopt: there is none. A table of that
/// name without the comment is not Segue's. Throws segue::error.
std::optional<table_name> backfill_state_of(db::session& session, const table_name& table,
                                            const table_naming& naming);

}  // namespace segue::earlier
