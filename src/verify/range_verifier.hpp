#pragma once

#include "src/carry/chunk_sizer.hpp"
#include "src/carry/lock_holders.hpp"
#include "src/db/retry.hpp"
#include "src/db/session_factory.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"
#include "src/verify/pending_changes.hpp"
#include "src/verify/range_walk.hpp"
#include "throttle/throttler.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::verify {

/// Compares a target with its source, range by range, exactly and under writes: what differs only
/// by a change that is still to be carried over is no difference, and what somebody else wrote into
/// the target is one. Several share the ranges of a walk.
///
/// A range is compared by counts(). Only where they differ are its keys asked for. Of these, those
/// that wait to be carried over are looked at again when that is done; on the others the verdict is
/// asked; and where they differ by it, the stream is read on to a marker, which tells whether a
/// change of the row's own is the reason (pending_changes). Of tables at rest the verdict is a
/// second look.
///
/// Lifecycle: run(), once. Threads: one; a session of its own. Lifetime: all that `parts` names
/// outlives it.
class range_verifier {
  public:
    struct parts {
        db::session_factory& sessions;
        const comparison& how;
        /// How the target's rows of these keys differ from what INSERT makes of the source's now.
        std::function<std::vector<difference>(db::session&, std::span<const keys::key_value>)>
            verdict;
        range_walk& walk;
        carry::chunk_sizer& sizer;                       ///< Of the rests between ranges as well.
        const throttle::throttler* throttler = nullptr;  ///< Waited for; nullptr: nobody throttles.
        /// Of an engine that keeps the tables in step; nullptr: they are at rest.
        const pending_changes* pending = nullptr;
        unsigned failures_max = db::default_failures_max;  ///< As db::retrying_session takes it.
        db::lock_conflicts locks_are = db::lock_conflicts::outlasted;
        /// Called after each range, for whoever shows it or writes it down; empty: nobody is.
        std::function<void()> progressed = {};
        carry::lock_holders holders = {};
    };
    explicit range_verifier(parts with) : with_(std::move(with)) {}

    /// Compares ranges of the walk until there are no more. Throws segue::error, and `stopped`.
    void run(std::stop_token stop);

  private:
    struct counted {
        std::uint64_t source = 0;
        std::uint64_t equal = 0;
        std::uint64_t target = 0;
        bool all_equal() const { return source == equal && equal == target; }
    };
    /// A range that ends when its last rows are judged.
    struct open_range {
        range_walk::range taken;
        range_walk::outcome of;
    };
    /// Tries until it is answered, and tells who holds what it waits for.
    void ask(std::string_view what, std::stop_token stop,
             const std::function<void(db::session&)>& question);
    std::optional<range_walk::range> next_range(std::stop_token stop);
    void look_at(const range_walk::range& taken, std::stop_token stop);
    counted count(const keys::key_range& range, std::stop_token stop);
    void compare(const keys::key_range& range, std::stop_token stop);
    void look_into(const keys::key_range& range, std::stop_token stop);
    void look_for_surplus(const keys::key_range& range, std::stop_token stop);
    std::vector<keys::key_value> keys_of(const std::string& query, std::stop_token stop);
    void judge(std::span<const keys::key_value> keys, std::stop_token stop);
    void judge_later_ones(std::stop_token stop);
    void end_open_ranges();
    std::vector<keys::key_value> judge_once(std::span<const keys::key_value> keys, bool await,
                                            std::stop_token stop);
    std::vector<difference> ask_for_verdict(std::span<const keys::key_value> keys,
                                            std::stop_token stop);
    std::size_t keys_max() const;

    const parts with_;
    std::vector<open_range> open_;        ///< In the last one rows are being judged.
    std::vector<keys::key_value> later_;  ///< Waited to be carried over: to be looked at again.
    std::chrono::steady_clock::time_point later_since_{};  ///< The first of them.
    std::optional<db::retrying_session> session_;
};

}  // namespace segue::verify
