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

    void measured(milliseconds now);
    void could_not_be_measured() noexcept { ++measurements_; }
    /// What an attempt took from the request for the lock to where RENAME TABLE was to be sent.
    void took_before_rename(milliseconds under_lock) noexcept { before_rename_ = under_lock; }
    /// A pause has passed. What an attempt took says ever less of the next one: else one slow
    /// moment under the lock would keep the swap waiting for ever.
    void paused() noexcept;

    bool fits() const noexcept;
    std::optional<milliseconds> rename_time() const noexcept { return measured_; }
    /// Of the next one under the lock; a tenth of the budget at least.
    milliseconds before_rename() const noexcept;
    /// Before it is measured the next time: none before the first one, then from a minute up to a
    /// quarter of an hour. Attempts that give way do not start it anew.
    milliseconds pause() const noexcept;
    /// One sentence: how long it takes, and how that does not fit.
    std::string in_words() const;

    /// Whether it is noticeably another result than the one that was told last; that it is told.
    bool tell_anew();

  private:
    const milliseconds budget_;
    std::optional<milliseconds> measured_;
    std::optional<milliseconds> told_;
    milliseconds before_rename_{0};
    unsigned measurements_ = 0;
};

}  // namespace segue::swap
