#pragma once

#include "src/carry/chunk_sizer.hpp"
#include "src/db/retry.hpp"
#include "src/db/session_factory.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/pending_changes.hpp"
#include "src/verify/verified.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <cstddef>
#include <functional>
#include <stop_token>
#include <vector>

namespace segue::verify {

/// Compares a target with its source, range by range, exactly and under writes: what differs only
/// by a change that is still to be carried over is no difference, and what somebody else wrote into
/// the target is one.
///
/// A range is compared by counts(). Only where they differ are its keys asked for. Of these, those
/// that wait to be carried over are looked at again when that is done; the others are carried over
/// in a transaction that is rolled back, which shows what it would change; and where it would
/// change something, the stream is read on to a marker, which tells whether a change of the row's
/// own is the reason (pending_changes).
///
/// Lifecycle: run(), once. Threads: one; a session of its own. Lifetime: all that `parts` names
/// outlives it.
class range_verifier {
  public:
    struct parts {
        db::session_factory& sessions;
        const comparison& how;
        const throttle::live_pace& pace;  ///< chunk_time, chunk_rows and nice_ratio hold here too.
        const throttle::throttler* throttler = nullptr;  ///< Waited for; nullptr: nobody throttles.
        /// Of an engine that keeps the tables in step; nullptr: they are at rest.
        const pending_changes* pending = nullptr;
        const tables::checkpoint_table* checkpoint = nullptr;  ///< Of that engine's run.
        unsigned failures_max = db::default_failures_max;  ///< As db::retrying_session takes it.
        /// Called after each range, for whoever shows it or writes it down; empty: nobody is.
        std::function<void(const verified&)> progressed = {};
    };
    struct settings {
        std::size_t differences_max = 100;  ///< It ends when it has found so many. Above zero.
        unsigned sample_percent = 100;      ///< So many of a hundred ranges are compared, 1 to 100.
        std::uint64_t sample_seed = 0;      ///< Which ones.
    };
    range_verifier(parts with, settings set)
        : with_(std::move(with)), set_(set), sizer_(with_.pace) {}

    /// Compares what `from` has not compared yet. Throws segue::error, and `stopped`.
    verified run(verified from, std::stop_token stop);

  private:
    struct counted {
        std::uint64_t source = 0;
        std::uint64_t equal = 0;
        std::uint64_t target = 0;
        bool all_equal() const { return source == equal && equal == target; }
    };
    bool is_in_sample(std::uint64_t range) const;
    keys::key_range next_range(const verified& made, std::stop_token stop);
    counted count(const keys::key_range& range, std::stop_token stop);
    void compare(const keys::key_range& range, verified& made, std::stop_token stop);
    void look_into(const keys::key_range& range, verified& made, std::stop_token stop);
    void look_for_surplus(const keys::key_range& range, verified& made, std::stop_token stop);
    std::vector<keys::key_value> keys_of(const std::string& query, std::stop_token stop);
    void judge(std::span<const keys::key_value> keys, verified& made, std::stop_token stop);
    void judge_later_ones(verified& made, std::stop_token stop);
    std::vector<keys::key_value> judge_once(std::span<const keys::key_value> keys, bool await,
                                            verified& made, std::stop_token stop);
    std::vector<difference> carry_over_anew(std::span<const keys::key_value> keys,
                                            std::stop_token stop);
    bool has_enough(const verified& made) const {
        return made.differences.size() >= set_.differences_max;
    }
    std::size_t keys_max() const;

    const parts with_;
    const settings set_;
    carry::chunk_sizer sizer_;
    std::vector<keys::key_value> later_;  ///< Waited to be carried over: to be looked at again.
    std::optional<db::retrying_session> session_;
};

}  // namespace segue::verify
