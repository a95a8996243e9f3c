#pragma once

#include "src/db/session.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"

#include <map>
#include <set>
#include <span>
#include <vector>

namespace segue::verify {

/// Rows of a target, each as a digest for every column that is compared. A key may name several
/// where it is not unique there.
using row_digests = std::multimap<keys::key_value, std::vector<db::value>>;

/// The target's rows of these keys. Blocks; throws segue::error.
row_digests read_digests(db::session& session, const comparison& how,
                         std::span<const keys::key_value> keys);

/// What differs between the target's rows as they are and as they are to be. `kept_out`: keys whose
/// rows could not be made, as some other row stands in their way. Pure.
std::vector<difference> differences_of(const comparison& how, std::span<const keys::key_value> keys,
                                       const row_digests& are, const row_digests& should_be,
                                       const std::set<keys::key_value>& kept_out);

}  // namespace segue::verify
