#pragma once

#include "throttle/pace.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace segue::carry {

/// How many rows the next chunk should have so that it takes about `target`: grows at most twofold
/// and shrinks at most tenfold in one step, within [rows_min, rows_max]. Pure.
std::uint64_t next_chunk_rows(std::uint64_t rows, std::chrono::nanoseconds took,
                              std::chrono::nanoseconds target) noexcept;

/// The size of chunks, and how long to rest after one: learnt from those that were copied.
/// Threads: any.
class chunk_sizer {
  public:
    static constexpr std::uint64_t rows_first = 1'000;
    static constexpr std::uint64_t rows_min = 10;
    static constexpr std::uint64_t rows_max = 100'000;

    /// Where the pace fixes the rows of a chunk, that is the size of every one; else none has more
    /// than `at_most`. `pace` outlives it.
    explicit chunk_sizer(const throttle::live_pace& pace, std::uint64_t at_most = rows_max)
        : pace_(pace), at_most_(at_most), rows_(std::min(rows_first, at_most)) {}

    /// How many rows the next chunk should have.
    std::uint64_t rows() const;
    /// Learns from a chunk that was copied.
    void copied(std::uint64_t rows, std::chrono::nanoseconds took);
    /// Learns that a chunk was too large for one transaction: the next ones are smaller, for a
    /// while.
    void was_too_large();
    /// How long a worker rests after a chunk that took `took`, by the pace's nice_ratio, as
    /// nice_pause() has it. What such a chunk waited for somebody's lock is in `took`, but was no
    /// load: more than four times the median of the last chunks, or chunk_time if that is more,
    /// does not count.
    std::chrono::milliseconds rest_after(std::chrono::nanoseconds took) const;

  private:
    static constexpr std::size_t lately_max = 9;
    std::chrono::nanoseconds usual() const;  ///< Precondition: mutex_ is held.

    const throttle::live_pace& pace_;
    const std::uint64_t at_most_;
    mutable std::mutex mutex_;
    std::uint64_t rows_;                            // learnt; guarded by mutex_
    std::vector<std::chrono::nanoseconds> lately_;  // guarded by mutex_; what the last chunks took
};

}  // namespace segue::carry
