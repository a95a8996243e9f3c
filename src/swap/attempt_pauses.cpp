#include "src/swap/attempt_pauses.hpp"

#include <algorithm>

namespace segue::swap {

std::chrono::milliseconds attempt_pauses::pause() const noexcept {
    using std::chrono::milliseconds;
    constexpr milliseconds first{500};
    constexpr milliseconds first_exponential{1'000};
    constexpr milliseconds longest{8'000};
    constexpr milliseconds longest_postponed{60'000};
    constexpr unsigned doublings_max = 20;
    if (in_a_row_ == 0) return milliseconds(0);
    const auto doubled = (with_.exponential ? first_exponential : first) *
                         (1U << std::min(in_a_row_ - 1, doublings_max));
    return std::min<milliseconds>(doubled, with_.exponential ? with_.longest
                                           : postponed()     ? longest_postponed
                                                             : longest);
}

}  // namespace segue::swap
