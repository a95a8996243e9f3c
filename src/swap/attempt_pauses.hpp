#pragma once

#include <chrono>

namespace segue::swap {

/// How long to wait after an attempt to swap that gave way, and when the cut-over counts as
/// postponed. It never says to stop trying.
/// Pure: it is told what happened. Threads: one.
class attempt_pauses {
  public:
    struct settings {
        unsigned attempts_max;  ///< So many in a row that gave way: postponed. At least 1.
        /// --cut-over-exponential-backoff: pauses double from 1 s up to `longest`.
        bool exponential = false;
        std::chrono::milliseconds longest{64'000};
    };
    explicit attempt_pauses(settings with) : with_(with) {}

    /// An attempt gave way.
    void gave_way() noexcept { ++in_a_row_; }
    /// The operator postponed the cut-over meanwhile, so what was before does not count.
    void begin_anew() noexcept { in_a_row_ = 0; }

    unsigned in_a_row() const noexcept { return in_a_row_; }
    bool postponed() const noexcept { return in_a_row_ > 0 && in_a_row_ >= with_.attempts_max; }
    /// How long to wait before the next attempt; zero before the first one. Without exponential
    /// back-off it doubles from 500 ms to 8 s, and to a minute once the cut-over is postponed.
    std::chrono::milliseconds pause() const noexcept;

  private:
    const settings with_;
    unsigned in_a_row_ = 0;
};

}  // namespace segue::swap
