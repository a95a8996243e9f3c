#pragma once

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"
#include "src/rows/statements.hpp"

#include <chrono>
#include <cstddef>
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

/// What came of rows that were tried.
struct trial {
    std::optional<verdict> refused;  ///< Unset: the target takes them all.
    std::size_t tried = 0;           ///< So many of them, from the first on.
};

/// How long rows are tried. The tables can be neither locked nor altered meanwhile, and whoever
/// waits for that makes others wait.
struct trial_limit {
    const clock_source& clock;       ///< It outlives the trial.
    std::chrono::milliseconds most;  ///< For all of them.
};

/// Inserts the source's rows of these keys into the target as copying does, and rolls that back:
/// nothing of it comes into the binary log. The first of them that the target refuses; two that it
/// refuses together were read by one statement. Behind the limit no further row is begun.
/// Precondition: the target is empty, and nobody else writes to it; as many keys as one statement
/// may name, at most. Blocks; throws segue::error for what is not about the rows.
trial try_rows(db::session& session, const rows::statements& texts,
               std::span<const keys::key_value> keys, const trial_limit& within);

}  // namespace segue::datacheck
