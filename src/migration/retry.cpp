#include "src/migration/retry.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::migration {
namespace {

constexpr unsigned told_every = 10;

}  // namespace

std::chrono::milliseconds back_off(unsigned failures) noexcept {
    constexpr unsigned doublings_max = 7;
    constexpr std::chrono::milliseconds first{20};
    constexpr std::chrono::milliseconds longest{2000};
    return std::min(longest, first * (1U << std::min(failures - 1, doublings_max)));
}

bool is_conflict(const error& failure) noexcept {
    constexpr int lock_wait_timeout = 1205;
    constexpr int deadlock = 1213;
    return failure.mysql_errno() == lock_wait_timeout || failure.mysql_errno() == deadlock;
}

bool is_too_large(const error& failure) noexcept {
    constexpr int cache_full = 1197;
    constexpr int lock_table_full = 1206;
    constexpr int hook_failed = 3100;
    return failure.mysql_errno() == cache_full || failure.mysql_errno() == lock_table_full ||
           failure.mysql_errno() == hook_failed;
}

db::session& retrying_session::connected() {
    if (!session_) session_.emplace(sessions_.connect(role_));
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

bool retry_count::goes_on_after(const error& failure) noexcept {
    if (!failure.retryable()) return false;
    if (conflicts_ == lock_conflicts::outlasted && is_conflict(failure)) {
        ++outlasted_;
        return true;
    }
    return ++failures_ <= failures_max_;
}

std::chrono::milliseconds retry_count::pause() const noexcept {
    return back_off(std::max(1U, failures_ + outlasted_));
}

void retrying_session::run(std::string_view what, std::stop_token stop,
                           const std::function<void(db::session&)>& operation) {
    retry_count count(failures_max_, conflicts_);
    if (clock_.now() - used_ > idle_max) session_.reset();
    for (;;) {
        if (stop.stop_requested()) throw stopped();
        try {
            operation(connected());
            used_ = clock_.now();
            return;
        } catch (const error& failure) {
            roll_back();
            if (stop.stop_requested()) throw stopped();
            const unsigned outlasted = count.outlasted();
            if (!count.goes_on_after(failure)) {
                if (!failure.retryable()) throw;
                throw failure.in(what);
            }
            if (count.outlasted() > outlasted)
                log::write(
                    count.outlasted() % told_every == 0 ? log::level::error : log::level::warning,
                    fmt::format("{}: {}; trying again (locks of others stood in its way {} "
                                "times in a row)",
                                what, failure.what(), count.outlasted()));
            else
                log::warning("{}: {}; trying again ({} of {})", what, failure.what(),
                             count.failures(), failures_max_);
        }
        pause_for(count.pause(), stop);
    }
}

}  // namespace segue::migration
