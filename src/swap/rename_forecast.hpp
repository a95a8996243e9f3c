#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace segue::swap {

/// Whether RENAME TABLE, by what it was last measured to take, fits into the stall budget beside
/// what comes before it under the lock; and if not, when to measure again.
/// Pure: it is told what happened. Threads: one.
class rename_forecast {
  public:
    using milliseconds = std::chrono::milliseconds;

    /// `measured`: nullopt where RENAME TABLE is too short to be measured, and always fits.
    rename_forecast(milliseconds stall_budget, std::optional<milliseconds> measured)
        : budget_(stall_budget), measured_(measured) {}

    /// RENAME TABLE was measured, and takes so long now.
    void measured(milliseconds now);
    void could_not_be_measured() noexcept { ++measurements_; }
    /// What an attempt took from the request for the lock to where RENAME TABLE was to be sent.
    void took_before_rename(milliseconds under_lock) noexcept { before_rename_ = under_lock; }
    /// A pause has passed. What an attempt took says ever less of the next one: else one slow
    /// moment under the lock would keep the swap waiting for ever.
    void paused() noexcept;

    bool fits() const noexcept;
    std::optional<milliseconds> rename_time() const noexcept { return measured_; }
    /// What the next attempt will take under the lock before RENAME TABLE: a tenth of the budget at
    /// least.
    milliseconds before_rename() const noexcept;
    /// How long to wait before RENAME TABLE is measured the next time: not before the first time,
    /// then from a minute up to a quarter of an hour. Attempts that give way do not start it anew.
    milliseconds pause() const noexcept;
    /// One sentence: how long RENAME TABLE takes, and how that does not fit.
    std::string in_words() const;

    /// Whether the time measured last differs noticeably from the one that was told last; if so, it
    /// counts as told from now on.
    bool tell_anew();

  private:
    const milliseconds budget_;
    std::optional<milliseconds> measured_;
    std::optional<milliseconds> told_;
    milliseconds before_rename_{0};
    unsigned measurements_ = 0;
};

}  // namespace segue::swap
