#pragma once

#include "src/keys/key_codec.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <unordered_map>
#include <utility>
#include <vector>

namespace segue::changes {

/// The keys whose rows changed and are not yet carried over, and which of them may be flushed now.
///
/// Rules, for keys whose order is the order of their encoding:
/// - A key that no registered chunk covers is dropped: its chunk will read it behind a barrier.
///   Before begin_copy() none is dropped.
/// - A key inside a chunk in flight waits until that chunk has ended.
/// - A key is in at most one flush in flight; a later change of it waits.
///
/// For keys that only the server orders, and of which two may name one row:
/// - A key is dropped only before the first chunk is registered: nothing is in the target then, and
///   every chunk will read behind a barrier. So no row is written before the copy begins.
/// - Copying and flushing take turns: no batch is given out while a chunk is in flight, and no
///   chunk is registered while a batch is. Whoever has had a turn lets the other one go first.
/// - There is one flush worker.
///
/// Threads: add() by the stream; register_chunk() and chunk_ended() by copy workers; take() and its
/// answers by flush workers; all may run at once.
/// Bounds: add() blocks while the limits are reached.
class change_set {
  public:
    struct limits {
        std::size_t keys_max = 0;
        std::size_t bytes_max = ~std::size_t{0};  ///< As bytes_of() counts them.
        bool client_orders =
            true;  ///< Keys compare as their bytes do; else only the server orders them.
    };
    explicit change_set(limits with) : with_(with) {}
    explicit change_set(std::size_t keys_max) : change_set(limits{.keys_max = keys_max}) {}

    bool client_orders() const noexcept { return with_.client_orders; }

    /// The memory that a key takes while it is held.
    static std::size_t bytes_of(const keys::key_value& key) noexcept;

    /// The copy covers the keys up to and including `end`; all above it is covered by a chunk of
    /// its own, the tail, {end, open}. Unset: the table is empty, and every key is above.
    void begin_copy(std::optional<keys::key_value> end);

    struct open_chunk {
        std::uint64_t chunk = 0;
        keys::key_range range;  ///< What is not yet copied of it.
    };
    /// What begin_copy() says, where an earlier run has begun to copy: all up to `watermark`, and
    /// the tail, is in the target or in one of `open`, which are in flight from now on. (Of keys
    /// that only the server orders they are to be registered when they are copied.)
    void go_on_copying(std::optional<keys::key_value> end, std::optional<keys::key_value> watermark,
                       std::vector<open_chunk> open);

    /// Ranges are registered in ascending order without gaps, from an open `after` to the end that
    /// begin_copy() was given; the tail above it at any time.
    /// From now on changes of the range's keys are kept.
    void register_chunk(std::uint64_t chunk, const keys::key_range& range);
    /// Registers a chunk of keys that only the server orders, in any order of the ranges. Waits
    /// until no flush is in flight; throws `stopped`. From the first one on changes of all keys are
    /// kept.
    void register_in_turn(std::uint64_t chunk, const keys::key_range& range, std::stop_token stop);
    /// The chunk's transaction has been committed, or is known to have left nothing.
    void chunk_ended(std::uint64_t chunk);

    /// A row with this key changed. Blocks while the limits are reached; throws `stopped`.
    void add(keys::key_value key, std::stop_token stop);
    /// Adds a change that came in an earlier epoch, and was held back since. Throws as add().
    void add_of(std::uint64_t epoch, keys::key_value key, std::stop_token stop);

    /// Epochs tell when everything up to a place in the stream has been carried over: changes that
    /// are added from now on are of the epoch returned, which is above all before it. By the thread
    /// that adds.
    std::uint64_t begin_epoch();
    std::uint64_t epoch() const;  ///< The last one begun.
    /// Whether all changes of the epochs before this one were carried over, or dropped.
    bool settled_before(std::uint64_t epoch) const;

    /// Keys for one flush, `keys_max` at most; nullopt when `stop` was asked. Waits for some, and
    /// then for `linger` at most for more to come.
    std::optional<std::vector<keys::key_value>> take(std::size_t keys_max,
                                                     std::chrono::milliseconds linger,
                                                     std::stop_token stop);
    /// The keys' rows have been carried over.
    void flushed(std::span<const keys::key_value> keys);
    /// Gives keys back that were taken and not carried over; each will be taken again.
    void put_back(std::span<const keys::key_value> keys);

    /// While it lives no other flush is in flight and take() gives out nothing.
    /// Lifetime: ends before the change_set.
    class quiet_turn {
      public:
        quiet_turn(quiet_turn&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
        quiet_turn& operator=(quiet_turn&&) = delete;
        ~quiet_turn();

      private:
        friend class change_set;
        explicit quiet_turn(change_set& owner) : owner_(&owner) {}
        change_set* owner_;
    };
    /// Waits until every flush in flight has been answered, but for those whose workers wait for a
    /// turn themselves, with nothing begun on the server. `own_keys` is the size of the caller's
    /// batch, 0 if it holds none. Turns are taken one after the other. Throws `stopped`.
    quiet_turn wait_for_quiet(std::size_t own_keys, std::stop_token stop);
    /// Waits until every flush in flight has been answered, for a caller that holds no batch;
    /// nullopt when `until` came first.
    std::optional<quiet_turn> wait_for_quiet(std::chrono::steady_clock::time_point until,
                                             std::stop_token stop);

    /// Notes which of some keys are in the set at any time while it lives, from its beginning on.
    /// Threads: one. Lifetime: ends before the change_set.
    class watch {
      public:
        watch(change_set& of, std::span<const keys::key_value> keys);
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        ~watch();

        /// Whether the key was in the set; nullopt: it is none of those that are watched.
        std::optional<bool> saw(const keys::key_value& key) const;
        /// Whether each key that was in the set has been carried over since, once at least.
        bool all_flushed() const;

      private:
        friend class change_set;
        change_set& of_;
        enum class fate { absent, there, flushed };
        std::unordered_map<keys::key_value, fate, keys::key_value_hash>
            seen_;  ///< Guarded by the set's mutex_.
    };

    /// In a quiet turn: keys that are ready, to be flushed in it too, `keys_max` at most.
    std::vector<keys::key_value> take_while_quiet(std::size_t keys_max);

    /// Keys whose rows are about to be taken out of the target, by a transaction that has not been
    /// committed: each will be flushed. Returns the number of this eviction, which is above all
    /// before it; the transaction writes it down with the keys. Of no epoch: nothing in the stream
    /// tells of them. Never blocks.
    std::uint64_t requeue(std::span<const keys::key_value> keys);
    /// Before the stream is read and after go_on_copying(): what an earlier run took out of the
    /// target and has not carried over again. `last`: the highest number it wrote down.
    void take_up_evicted(std::uint64_t last, std::span<const keys::key_value> keys);
    /// All keys of the evictions up to this number have been carried over again, 0: of none.
    std::uint64_t evicted_settled_up_to() const;

    /// Everything not yet flushed, as one batch; for the cut-over, in a quiet turn. nullopt while a
    /// chunk or another flush is in flight.
    std::optional<std::vector<keys::key_value>> take_all();

    /// When a write to the target was last answered, by a flush or by a chunk, or given up; by this
    /// process's clock. Long ago if none was.
    std::chrono::steady_clock::time_point target_written_at() const;

    std::size_t backlog() const;     ///< Keys that wait or are in flight; not those held for XA.
    bool half_full() const;          ///< Whether half of keys_max, or of bytes_max, is used.
    std::size_t in_flight() const;   ///< Keys that take() gave out and nobody answered for.
    std::uint64_t dropped() const;   ///< Changes that no registered chunk covered so far.
    std::uint64_t deferred() const;  ///< Changes that waited for a chunk in flight so far.

  private:
    enum class state { ready, waits_for_chunk, in_flight, in_flight_and_changed };
    static constexpr std::uint64_t none = ~std::uint64_t{0};
    /// Why a key is to be carried over.
    struct reason {
        std::uint64_t epoch = none;     ///< Of its first change.
        std::uint64_t eviction = none;  ///< The first that took its row out of the target.
    };
    struct entry {
        state is = state::ready;
        reason why;
        reason since;  ///< in_flight_and_changed: what came since it was taken.
    };
    /// How many keys there are with each number, but `none`.
    class counts {
      public:
        void move(std::uint64_t from, std::uint64_t to);
        std::uint64_t least() const { return of_.empty() ? none : of_.begin()->first; }

      private:
        std::map<std::uint64_t, std::size_t> of_;
    };
    using entries = std::unordered_map<keys::key_value, entry, keys::key_value_hash>;
    struct chunk_in_flight {
        std::uint64_t chunk = 0;
        keys::key_range range;
        std::vector<const keys::key_value*> waiting;
    };

    void keep(keys::key_value key, const reason& why);
    void add_to(reason& known, const reason& why);
    void set(reason& known, const reason& to);
    std::optional<quiet_turn> quiet_until(std::chrono::steady_clock::time_point until,
                                          std::size_t own_keys, std::stop_token stop);
    std::vector<keys::key_value> take_ready(std::size_t keys_max);
    bool covered(const keys::key_value& key) const;
    chunk_in_flight* chunk_over(const keys::key_value& key);
    void make_ready(const keys::key_value* key);
    void forget(entries::iterator at);
    bool may_flush() const;
    void flush_ended(std::size_t keys);

    const limits with_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    // All below is guarded by mutex_.
    entries keys_;
    std::uint64_t epoch_ = 1;
    std::uint64_t eviction_ = 0;  ///< The last.
    counts in_epoch_;             ///< Of keys_.
    counts in_eviction_;
    std::deque<const keys::key_value*> ready_;  ///< Points into keys_.
    std::vector<chunk_in_flight> chunks_;
    bool copying_ = false;
    std::optional<keys::key_value> end_;  ///< What the copy covers; meaningful while copying_.
    std::optional<keys::key_value>
        watermark_;  ///< Highest key of a registered chunk below the tail.
    bool tail_registered_ = false;
    bool any_registered_ = false;  ///< A chunk was, since begin_copy().
    std::vector<watch*> watches_;
    std::size_t bytes_ = 0;            ///< Of keys_.
    std::size_t in_flight_ = 0;        ///< Keys given out by take().
    std::size_t parked_ = 0;           ///< Of those, keys whose worker waits for a quiet turn.
    bool quiet_ = false;               ///< A quiet_turn lives.
    std::size_t quiet_waiters_ = 0;    ///< Workers that wait for one; take() lets them go first.
    std::size_t copies_waiting_ = 0;   ///< Copy workers that wait for their turn,
    std::size_t flushes_waiting_ = 0;  ///< and flush workers.
    bool copy_goes_first_ = true;      ///< When both wait.
    unsigned flushes_in_turn_ = 0;     ///< Since the last chunk.
    std::chrono::steady_clock::time_point written_at_{};
    std::uint64_t dropped_ = 0;
    std::uint64_t deferred_ = 0;
};

}  // namespace segue::changes
