#pragma once

#include "src/carry/conflict_resolver.hpp"
#include "src/carry/lock_holders.hpp"
#include "src/carry/wording.hpp"
#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/db/retry.hpp"
#include "src/db/session_factory.hpp"
#include "src/rows/row_writer.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

namespace segue::carry {

/// Flush workers: take keys from the change set, pass a barrier, carry their rows over.
/// Lifetime: all that `parts` names outlives it.
class flusher {
  public:
    struct parts {
        db::session_factory& sessions;
        const rows::row_writer& writer;
        conflict_resolver& conflicts;
        changes::barrier& barrier;
        changes::change_set& changes;
        const throttle::throttler& throttler;
        const throttle::live_pace& pace;
        const wording& words;
        std::size_t batch_keys = 1'000;
        unsigned failures_max = db::default_failures_max;  ///< As db::retrying_session takes it.
        lock_holders holders = {};
    };
    explicit flusher(parts with) : with_(std::move(with)) {}

    /// Flushes until asked to stop; rests while the throttler says to hibernate, or the pace that
    /// nothing is carried over. Any number of threads. Throws segue::error for what ends the
    /// migration; the batch is pending again then.
    void run(std::stop_token stop);

    /// While set, batches are taken without waiting for more keys: the cut-over is near.
    void hurry(bool on) noexcept { hurry_ = on; }

    std::uint64_t keys_flushed() const noexcept { return keys_flushed_.load(); }

  private:
    void introduce(db::retrying_session& session, std::stop_token stop) const;
    void wait_while_it_may_not(std::stop_token stop) const;
    std::size_t flush(db::session& on, std::span<const keys::key_value> keys, std::size_t taken,
                      std::stop_token stop);
    std::size_t flush_in_one(db::session& on, std::span<const keys::key_value> keys,
                             std::size_t taken, std::stop_token stop);
    [[noreturn]] void throw_naming_the_row(db::retrying_session& session,
                                           std::span<const keys::key_value> keys,
                                           const error& failure, std::stop_token stop) const;

    const parts with_;
    std::atomic<bool> hurry_{false};              // written by the cut-over
    std::atomic<std::uint64_t> keys_flushed_{0};  // written by the flush workers
};

}  // namespace segue::carry
