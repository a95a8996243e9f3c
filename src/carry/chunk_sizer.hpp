#pragma once

#include "throttle/pace.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace segue::carry {

/// How many rows the next chunk should have so that it takes about `target`: grows at most twofold
/// and shrinks at most tenfold in one step, within [rows_min, rows_max]. Pure.
std::uint64_t next_chunk_rows(std::uint64_t rows, std::chrono::nanoseconds took,
                              std::chrono::nanoseconds target) noexcept;

/// The size of chunks, learnt from those that were copied. Threads: any.
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

  private:
    const throttle::live_pace& pace_;
    const std::uint64_t at_most_;
    mutable std::mutex mutex_;
    std::uint64_t rows_;  // learnt; guarded by mutex_
};

}  // namespace segue::carry
