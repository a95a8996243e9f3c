#pragma once

#include "src/db/session.hpp"
#include "src/rows/statements.hpp"

#include <vector>

namespace segue::preflight {

/// Whether every moment has one name in the session's time zone: UTC, or a fixed offset. Then
/// TIMESTAMP values can be written as literals.
bool times_are_unambiguous(db::session& session);

/// Reads the least and the greatest key of the source, writes them as literals, and looks whether
/// these find the rows, and end a range at them; all in one snapshot. Then writes the two rows to
/// the target, which is empty, and looks whether the literals find them there; that is rolled back.
/// Throws segue::error with a remedy where they do not, or where such a key names no row
/// ('0000-00-00'). Blocks.
void check_key_forms(db::session& session, const rows::statements& texts);

/// What of that reads the source alone. Returns the two keys, none of an empty table. Throws as
/// check_key_forms(). Blocks.
std::vector<keys::key_value> check_key_forms_in_source(db::session& session,
                                                       const rows::statements& texts);

}  // namespace segue::preflight
