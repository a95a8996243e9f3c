#pragma once

#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"
#include "src/rows/statements.hpp"

#include <vector>

namespace segue::datacheck {

/// Ranges of the source's key, one behind the other, which together have all rows that are there
/// now: about `count`, between values of the key's first column that are equally far apart, as far
/// as its type lets that be told; else fewer. The last one is small: the 500 greatest keys. One:
/// all of the table. None: it is empty. Each bound is looked up in the key's index, and no row is
/// counted. Blocks; throws segue::error.
std::vector<keys::key_range> parts_of(db::session& session, const rows::statements& texts,
                                      const schema::projection& by, unsigned count);

}  // namespace segue::datacheck
