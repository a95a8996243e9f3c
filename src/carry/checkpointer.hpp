#pragma once

#include "src/carry/chunk_queue.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/router.hpp"
#include "src/db/session_factory.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace segue::carry {

/// Writes down, every few seconds, how far a later run may build on what was done: up to which
/// chunk all are copied, a place in the stream before which no change is left to be carried over,
/// and what is verified. Lifetime: all that `parts` names outlives it. Threads: run() is its own
/// one's.
class checkpointer {
  public:
    struct parts {
        db::session_factory& sessions;
        const tables::checkpoint_table& checkpoint;
        changes::router& router;
        const changes::change_set& changes;
        const chunk_queue& chunks;
        std::string stream_server_uuid;
        std::chrono::milliseconds interval{5'000};  ///< Between one writing and the next.
        unsigned failures_max;                      ///< As db::retrying_session takes it.
    };
    explicit checkpointer(parts with) : with_(std::move(with)) {}

    /// Writes until asked to stop, and throws `stopped` then. While changes of before the place
    /// that it looks for are not carried over, it writes the rest alone. Throws as sessions do.
    void run(std::stop_token stop);

    /// Notes a phase, which run() writes down within a moment, or once it is held back no more; of
    /// several the last one. Whoever enters a phase does not wait for that.
    /// Threads: any.
    void note_phase(std::string phase);
    /// Notes how far the target is verified, which run() writes down with the rest, or within a
    /// moment where all is; of several the last one. Threads: any.
    void note_verified(tables::verified_point point);

    /// While it lives nothing is written: whoever locks the table that is written to, and others
    /// with it, must not wait for a COMMIT. Lifetime: ends before the checkpointer.
    class held_back {
      public:
        held_back(held_back&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
        held_back& operator=(held_back&&) = delete;
        ~held_back();

      private:
        friend class checkpointer;
        explicit held_back(checkpointer& owner) : owner_(&owner) {}
        checkpointer* owner_;
    };
    /// Waits until what is being written is committed; nullopt when `until` came first. Throws
    /// `stopped`. Threads: one at a time.
    std::optional<held_back> hold_back(std::chrono::steady_clock::time_point until,
                                       std::stop_token stop);

  private:
    class writing_turn;
    tables::checkpoint_table::progress collect(bool due);

    const parts with_;
    // Of the thread of run(), as they were last written:
    std::uint64_t below_ = 0;
    std::uint64_t evicted_settled_ = 0;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    // Guarded by mutex_:
    std::optional<std::string> phase_;                ///< Not written yet.
    std::optional<tables::verified_point> verified_;  ///< The same.
    bool writes_ = false;                             ///< A transaction is open, or may be.
    bool held_ = false;                               ///< A held_back lives, or waits.
};

}  // namespace segue::carry
