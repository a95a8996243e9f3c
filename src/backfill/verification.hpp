#pragma once

#include "src/backfill/walker.hpp"

#include <stop_token>

namespace segue::backfill {

/// Reads all rows once more, and has the server judge those that may hold another value than the
/// expression's. Nothing is changed; rows that may differ are locked for a moment. Threads: one,
/// which waits in it. Throws segue::error, and `stopped`.
verdict verify(const walker::parts& with, std::stop_token stop);

}  // namespace segue::backfill
