#include "src/carry/chunk_sizer.hpp"

#include "src/carry/nice_pause.hpp"

#include <algorithm>

namespace segue::carry {

std::uint64_t next_chunk_rows(std::uint64_t rows, std::chrono::nanoseconds took,
                              std::chrono::nanoseconds target) noexcept {
    const double ratio = static_cast<double>(target.count()) /
                         static_cast<double>(std::max<std::int64_t>(1, took.count()));
    const double next = static_cast<double>(rows) * std::clamp(ratio, 0.1, 2.0);
    return std::clamp(static_cast<std::uint64_t>(next), chunk_sizer::rows_min,
                      chunk_sizer::rows_max);
}

std::uint64_t chunk_sizer::rows() const {
    const auto fixed = pace_.snapshot().chunk_rows;
    if (fixed) return *fixed;
    std::lock_guard lock(mutex_);
    return rows_;
}

void chunk_sizer::was_too_large() {
    if (pace_.snapshot().chunk_rows) return;
    std::lock_guard lock(mutex_);
    rows_ = std::max<std::uint64_t>(1, rows_ / 2);
}

void chunk_sizer::copied(std::uint64_t rows, std::chrono::nanoseconds took) {
    const throttle::pace now = pace_.snapshot();
    std::lock_guard lock(mutex_);
    lately_.push_back(took);
    if (lately_.size() > lately_max) lately_.erase(lately_.begin());
    if (now.chunk_rows) return;
    // A chunk with far fewer rows than asked for, as the tail is, tells only that it was slow.
    if (rows < rows_ / 2 && took <= now.chunk_time) return;
    const std::uint64_t next =
        next_chunk_rows(std::max<std::uint64_t>(rows, 1), took, now.chunk_time);
    rows_ = std::min(std::clamp(std::max(next, rows_ / 10), rows_min, rows_max), at_most_);
}

// Of fewer than three each may be one that waited.
std::chrono::nanoseconds chunk_sizer::usual() const {
    constexpr std::size_t known_min = 3;
    if (lately_.size() < known_min) return {};
    std::vector<std::chrono::nanoseconds> sorted = lately_;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
}

std::chrono::milliseconds chunk_sizer::rest_after(std::chrono::nanoseconds took) const {
    constexpr int still_usual = 4;
    const throttle::pace now = pace_.snapshot();
    std::lock_guard lock(mutex_);
    const auto most = std::max<std::chrono::nanoseconds>(still_usual * usual(), now.chunk_time);
    return nice_pause(std::min(took, most), now.nice_ratio);
}

}  // namespace segue::carry
