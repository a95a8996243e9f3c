#pragma once

#include "src/db/session.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"

#include <span>
#include <vector>

namespace segue::verify {

/// What carrying the rows of these keys over anew would change in the target: done in a transaction
/// that is rolled back, so that the server itself says what INSERT makes of every value. Not one
/// moment: what others commit meanwhile may show as a difference.
/// `checkpoint`: whose owner is checked first; nullptr: the tables are nobody's. Keys: as many as
/// one statement may name, at most. Blocks; throws segue::error, and leaves the transaction to the
/// caller to be rolled back.
std::vector<difference> changed_by_carrying_over(db::session& session, const comparison& how,
                                                 const tables::checkpoint_table* checkpoint,
                                                 std::span<const keys::key_value> keys);

}  // namespace segue::verify
