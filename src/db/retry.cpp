#include "src/db/retry.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/table_failure.hpp"
#include "src/wire/probe.hpp"
#include "src/wire/server_failure.hpp"
#include "src/wire/server_patience.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::db {
namespace {

// Not by the words of the failure, which may differ each time.
std::string kind_told(std::string_view what, const error& failure) {
    return fmt::format("{}/{}", what, failure.mysql_errno());
}

}  // namespace

std::string outlasted_text(unsigned conflicts) {
    return conflicts == 1
               ? "locks of other transactions stood in its way once"
               : fmt::format("locks of other transactions stood in its way {} times in a row",
                             conflicts);
}

std::chrono::milliseconds back_off(unsigned failures) noexcept {
    constexpr unsigned doublings_max = 7;
    constexpr std::chrono::milliseconds first{20};
    constexpr std::chrono::milliseconds longest{2000};
    return std::min(longest, first * (1U << std::min(failures - 1, doublings_max)));
}

bool is_conflict(const error& failure) noexcept {
    return wire::kind_of(failure.mysql_errno(), failure.sqlstate(), failure.what()) ==
           wire::failure_kind::conflict;
}

bool may_be_the_rows(const error& failure) noexcept {
    return failure.from_server() && !failure.connection_lost() &&
           !wire::passes_by_itself(failure) && !is_conflict(failure) && !is_about_a_table(failure);
}

bool is_too_large(const error& failure) noexcept {
    return failure.mysql_errno() == er::trans_cache_full ||
           failure.mysql_errno() == er::lock_table_full ||
           failure.mysql_errno() == er::run_hook_error;
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

// Connector/C++ cannot be stopped while it looks for the server, so it is asked only when the
// server was found there.
void retrying_session::find_server(std::stop_token stop) const {
    if (!session_) wire::probe(sessions_.options(), std::move(stop));
}

void retrying_session::run(std::string_view what, std::stop_token stop,
                           const std::function<void(db::session&)>& operation) {
    retry_count count(failures_max_, conflicts_);
    wire::server_wait waiting(sessions_.patience());
    if (clock_.now() - used_ > idle_max) session_.reset();
    for (;;) {
        if (stop.stop_requested()) throw stopped();
        const auto began = sessions_.patience().clock().now();
        std::chrono::milliseconds pause{0};
        try {
            if (waiting.tries() > 0) find_server(stop);
            operation(connected());
            used_ = clock_.now();
            waiting.over();
            return;
        } catch (const error& failure) {
            roll_back();
            if (stop.stop_requested()) throw stopped();
            if (wire::passes_by_itself(failure) && !waiting.was_at_work(began)) {
                const error told = failure.in(what);
                if (!waiting.goes_on_after(told.what())) throw waited_in_vain(told, waiting);
                log::warning("{}; trying again", told.what());
                pause = back_off(waiting.tries());
            } else {
                waiting.over();
                tell_or_throw(count, failure, what);
                pause = count.pause();
            }
        }
        pause_for(pause, stop);
    }
}

void retrying_session::tell_or_throw(retry_count& count, const error& failure,
                                     std::string_view what) const {
    const unsigned outlasted = count.outlasted();
    if (!count.goes_on_after(failure)) {
        if (!failure.retryable()) throw failure;
        throw failure.in(what);
    }
    // Segue's own end statements only when it stops.
    const std::string_view by =
        failure.mysql_errno() == er::query_interrupted ? ": somebody else's KILL QUERY" : "";
    const std::string tries = count.outlasted() > outlasted
                                  ? outlasted_text(count.outlasted())
                                  : fmt::format("{} of {}", count.failures(), failures_max_);
    sessions_.patience().tell_retry(
        kind_told(what, failure),
        fmt::format("{}: {}{}; trying again ({})", what, failure.what(), by, tries));
}

}  // namespace segue::db
