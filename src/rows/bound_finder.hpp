#pragma once

#include "src/db/session.hpp"
#include "src/rows/statements.hpp"

#include <cstdint>
#include <optional>

namespace segue::rows {

/// The key of about the `rows`-th row of the range in the source, which is not above its end;
/// nullopt when it has fewer. Reads about as many rows of the index, wherever the range begins.
/// Where rows come and go meanwhile the number is not exact. Blocks; throws segue::error.
std::optional<keys::key_value> find_bound(db::session& session, const statements& texts,
                                          const keys::key_range& range, std::uint64_t rows);

/// A key that parts the range's rows in the source into two halves of about as many; nullopt when
/// it has fewer than two. Reads all of the range's index. Blocks; throws segue::error.
std::optional<keys::key_value> find_middle(db::session& session, const statements& texts,
                                           const keys::key_range& range);

}  // namespace segue::rows
