#include "src/swap/catch_up.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/pause.hpp"
#include "src/servers/binary_log_status.hpp"

#include <fmt/format.h>

namespace segue::swap {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// So many at most may be left for the flush under the lock.
constexpr std::size_t drained_keys_max = 500;
constexpr milliseconds drain_patience{5'000};
constexpr milliseconds drain_interval{10};
constexpr milliseconds marker_commit_patience{2'000};

}  // namespace

std::optional<std::string> drain(const caught_up_with& with, std::stop_token stop) {
    const auto give_up = steady_clock::now() + drain_patience;
    while (with.changes.backlog() > drained_keys_max) {
        if (steady_clock::now() >= give_up)
            return fmt::format("{} changed rows are still to be carried over",
                               with.changes.backlog());
        pause_for(drain_interval, stop);
    }
    const auto marker = with.barrier.pass_until(steady_clock::now() + marker_commit_patience, stop);
    if (!marker) return "nothing can be written on the server: a marker waits";
    if (with.router.wait_for_marker(*marker, steady_clock::now() + with.stall_budget, stop))
        return std::nullopt;
    return "the stream is behind the binary log's end";
}

std::optional<std::string> catch_up_under_lock(const caught_up_with& with, db::session& locker,
                                               const watchdog& timer, const stall_budget& budget) {
    // Committed by another connection after the lock was granted: all that changed the table
    // stands before it.
    const std::uint64_t marker = with.barrier.pass(timer.out_of_time());
    if (!with.router.wait_for_marker(marker, budget.deadline(), timer.out_of_time()))
        return "the stream did not reach the marker in time";
    fault::point("cut_over.marker_seen");
    if (auto changed = with.feed.change_of_ours(); !changed.empty()) throw error(changed);
    // A replica that did not keep the order of commits would show by this.
    if (with.from_replica_by_gtids) {
        const auto executed = servers::read_executed_transactions(locker);
        if (!with.router.wait_until_past(executed, budget.deadline(), timer.out_of_time()))
            return "transactions of the primary did not come through the replica in time";
    }
    if (with.feed.held_for_xa() > 0)
        return "a prepared XA transaction holds changed rows of the table";
    const auto taken = with.changes.take_all();
    if (!taken) return "a flush is still in flight";
    try {
        with.writer.carry_over_under_lock(locker, *taken);
    } catch (...) {
        with.changes.put_back(*taken);
        throw;
    }
    with.changes.flushed(*taken);
    fault::point("cut_over.flushed");
    return std::nullopt;
}

}  // namespace segue::swap
