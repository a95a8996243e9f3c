#include "src/migration/retry.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <algorithm>

namespace segue::migration {

std::chrono::milliseconds back_off(unsigned failures) noexcept {
    constexpr unsigned doublings_max = 7;
    constexpr std::chrono::milliseconds first{20};
    constexpr std::chrono::milliseconds longest{2000};
    return std::min(longest, first * (1U << std::min(failures - 1, doublings_max)));
}

db::session& retrying_session::connected() {
    if (!session_) session_.emplace(sessions_.connect());
    return *session_;
}

void retrying_session::roll_back() noexcept {
    if (!session_) return;
    try {
        session_->execute("ROLLBACK");
    } catch (...) {
        // The server rolls back what a lost session had begun.
        session_.reset();
    }
}

void retrying_session::run(std::string_view what, std::stop_token stop,
                           const std::function<void(db::session&)>& operation) {
    for (unsigned failures = 0;;) {
        if (stop.stop_requested()) throw stopped();
        try {
            operation(connected());
            return;
        } catch (const error& failure) {
            roll_back();
            if (stop.stop_requested()) throw stopped();
            if (!failure.retryable()) throw;
            if (++failures > failures_max_) throw failure.in(what);
            log::warning("{}: {}; trying again ({} of {})", what, failure.what(), failures,
                         failures_max_);
        }
        pause_for(back_off(failures), stop);
    }
}

}  // namespace segue::migration
