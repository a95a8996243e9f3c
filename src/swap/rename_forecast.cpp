#include "src/swap/rename_forecast.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::swap {

using std::chrono::milliseconds;

void rename_forecast::measured(milliseconds now) {
    measured_ = now;
    ++measurements_;
}

void rename_forecast::paused() noexcept {
    before_rename_ /= 2;
}

bool rename_forecast::fits() const noexcept {
    return !measured_ || *measured_ + before_rename() <= budget_;
}

milliseconds rename_forecast::before_rename() const noexcept {
    return std::max(before_rename_, budget_ / 10);
}

milliseconds rename_forecast::pause() const noexcept {
    constexpr milliseconds first = std::chrono::minutes(1);
    constexpr milliseconds longest = std::chrono::minutes(15);
    constexpr unsigned doublings_max = 4;
    if (measurements_ == 0) return milliseconds(0);
    return std::min(longest, first * (1U << std::min(measurements_ - 1, doublings_max)));
}

std::string rename_forecast::in_words() const {
    return fmt::format(
        "RENAME TABLE alone takes some {} ms here, measured on empty tables of as many partitions; "
        "with some {} ms for what comes before it under the lock that is more than the stall "
        "budget of {} ms.",
        measured_.value_or(milliseconds(0)).count(), before_rename().count(), budget_.count());
}

bool rename_forecast::tell_anew() {
    if (!measured_) return false;
    const bool as_told =
        told_ && std::chrono::abs(*measured_ - *told_) <= std::max(*told_ / 4, milliseconds(1));
    if (!as_told) told_ = measured_;
    return !as_told;
}

}  // namespace segue::swap
