#pragma once

#include "src/base/error.hpp"
#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"
#include "src/rows/statements.hpp"

#include <optional>
#include <span>

namespace segue::datacheck {

/// What the server says of rows: refused.
struct verdict {
    keys::key_value key;
    /// The other row that the first one collides with, under a unique index of the target.
    std::optional<keys::key_value> other;
    error words;  ///< The server's.
};

/// Inserts the source's rows of these keys into the target as copying does, and rolls that back:
/// nothing of it comes into the binary log. The first of them that the target refuses; two that it
/// refuses together were read by one statement. nullopt: it takes them all.
/// Precondition: the target is empty, and nobody else writes to it; as many keys as one statement
/// may name, at most. Blocks; throws segue::error for what is not about the rows.
std::optional<verdict> refused_of(db::session& session, const rows::statements& texts,
                                  std::span<const keys::key_value> keys);

}  // namespace segue::datacheck
