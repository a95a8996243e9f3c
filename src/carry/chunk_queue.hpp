#pragma once

#include "src/changes/change_set.hpp"
#include "src/keys/key_codec.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>

namespace segue::carry {

/// A range of keys that is copied in one transaction, with its progress row.
struct chunk {
    std::uint64_t id = 0;
    keys::key_range range;
    /// Where an earlier run has copied a part of it: up to which key, and how many rows.
    std::optional<keys::key_value> begun_up_to = {};
    std::uint64_t rows = 0;

    keys::key_range rest() const {
        return begun_up_to ? keys::key_range{begun_up_to, range.up_to} : range;
    }
};

/// The chunks on their way from the thread that finds bounds to the copy workers. Taking a chunk
/// registers it with the change set in the same step, so that chunks are registered in the order of
/// their keys; where only the server orders keys, it waits for the copy's turn. Threads: one
/// pusher, any number of takers. Lifetime: `changes` outlives it.
class chunk_queue {
  public:
    chunk_queue(changes::change_set& changes, std::size_t capacity)
        : changes_(changes), capacity_(capacity) {}

    /// To be called before anything is pushed: chunks get numbers from `next` on, and these, which
    /// have theirs, will be pushed as well.
    void start_at(std::uint64_t next, std::span<const chunk> open);
    /// Pushes a new chunk, which gets the next number. Waits for room; throws `stopped`.
    void push(const keys::key_range& range, std::stop_token stop);
    /// Pushes a chunk that start_at() was told of. `registered`: the change set knows it already.
    /// Waits for room; throws `stopped`.
    void push(const chunk& begun, bool registered, std::stop_token stop);
    /// No chunk will be pushed any more.
    void close();

    /// Waits for a chunk; nullopt when no more come. Throws `stopped`.
    std::optional<chunk> take(std::stop_token stop);
    /// Takes a chunk that is there now, and need not wait for its turn; nullopt: there is none.
    std::optional<chunk> take_if_ready();

    /// Whether the queue is closed and empty, so that no chunk comes any more.
    bool drained() const;

    /// Notes that the chunk's transaction has ended: its keys may be flushed.
    void ended(const chunk& done);
    /// The number below which all chunks have ended.
    std::uint64_t all_ended_below() const;

  private:
    struct waiting {
        chunk next;
        bool registered = false;
    };
    void push_locked(waiting next, std::unique_lock<std::mutex>& lock, std::stop_token stop);
    std::optional<waiting> take_locked();

    changes::change_set& changes_;
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    // All below is guarded by mutex_.
    std::deque<waiting> waiting_;
    std::set<std::uint64_t> open_;  ///< Pushed and not ended.
    std::uint64_t next_id_ = 0;
    bool closed_ = false;
};

}  // namespace segue::carry
