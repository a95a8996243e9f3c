#pragma once

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/db/table_failure.hpp"

#include <chrono>
#include <stop_token>
#include <utility>

namespace segue::carry {

/// How long after the effect of a statement was met the stream has come to that statement.
inline constexpr std::chrono::seconds stream_tells_within{5};

/// A failure that is about a table may come of a statement that somebody ran, which the stream, a
/// moment behind, names when it ends everything for it. So the stream is given that moment, and
/// this blocks for so long: throws `stopped` if it came to that, and returns if it did not. Returns
/// at once for any other failure.
inline void let_the_stream_tell(const error& failure, std::stop_token stop) {
    if (db::is_about_a_table(failure)) pause_for(stream_tells_within, std::move(stop));
}

/// Runs it, and lets the stream tell of what it throws.
template <typename Work>
void told_by_the_stream(const std::stop_token& stop, Work work) {
    try {
        work();
    } catch (const error& failure) {
        let_the_stream_tell(failure, stop);
        throw;
    }
}

}  // namespace segue::carry
