#pragma once

#include "src/base/error.hpp"
#include "src/db/session.hpp"
#include "src/rows/statements.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <vector>

namespace segue::rows {

/// The writing transactions on the target, each of which checks the owner first. Calls throw
/// segue::error; the caller rolls back. Any thread, each with a session of its own.
class row_writer {
  public:
    /// `batch_keys`: how many keys one statement may name, so that it is not too long for the
    /// server. The others outlive it.
    row_writer(const statements& texts, const tables::checkpoint_table& checkpoint,
               std::size_t batch_keys)
        : texts_(texts), checkpoint_(checkpoint), batch_keys_(batch_keys) {}

    /// Makes the target equal to the source for these keys, in one transaction.
    /// Precondition: a barrier was passed since the keys were received.
    void carry_over(db::session& session, std::span<const keys::key_value> keys) const;

    /// Takes the rows of these keys out of the target, in one transaction of its own: the first
    /// half of carry_over().
    void evict_in_one_transaction(db::session& session,
                                  std::span<const keys::key_value> keys) const;

    /// What carry_over() does, on a session with autocommit=0 that holds LOCK TABLES for source,
    /// target and checkpoint, under which nothing moves: batches, and one COMMIT at the end, or
    /// several where the server takes no such large transaction; then all or some of it may be done
    /// when it throws. Precondition: introduce(). No transaction is begun by name, which would
    /// release the locks without a word.
    void carry_over_under_lock(db::session& session, std::span<const keys::key_value> keys) const;

    /// Begins a transaction and checks the owner; first, where its connection is a new one,
    /// introduce().
    void begin(db::session& session) const;
    /// Writes down whose connection it is that will write the target, unless that is done: in a
    /// transaction of its own, before any lock on the tables is asked for.
    void introduce(db::session& session) const;

    /// Within a transaction: makes the range's rows in the target those of the source; returns how
    /// many were written. Ordered keys: no row of the range is in the target.
    std::uint64_t copy(db::session& session, const keys::key_range& range) const;
    /// Within a transaction: takes rows out of the target.
    void evict(db::session& session, std::span<const keys::key_value> keys) const;
    /// Within a transaction: takes rows out of the target that it does not bring back, and writes
    /// that down under the number of the eviction.
    void evict_for_later(db::session& session, std::uint64_t number,
                         std::span<const keys::key_value> keys) const;
    /// Within a transaction: inserts the current source rows of keys that were taken out of the
    /// target. Keys that the server alone compares may have come back under other names since, with
    /// other keys of the transaction.
    void insert(db::session& session, std::span<const keys::key_value> keys) const;
    /// Within a transaction, before its COMMIT: notes what is done of the chunk.
    void record(db::session& session, const tables::chunk_progress& progress) const;

    struct collision {
        keys::key_value holder;    ///< Its row in the target stands in the way,
        keys::key_value newcomer;  ///< of this row of the source, under some unique index.
    };
    /// Within a transaction, on which it leaves no trace: which rows would collide if the range
    /// were copied now. Not all of them, if there are very many.
    std::vector<collision> collisions(db::session& session, const keys::key_range& range) const;
    /// Within a transaction, on which it leaves no trace: which rows would collide if these keys
    /// were carried over now. Of each row that one of the keys names, that one is told (as the row
    /// has it, where the target tells keys apart by bytes). A holder among the keys was read by the
    /// same statement as the newcomer, as they were erased before: so the two rows of the source
    /// collide in one snapshot, unless they are one row.
    std::vector<collision> collisions(db::session& session,
                                      std::span<const keys::key_value> keys) const;

    /// One of the range's rows in the source that the target has, too.
    std::optional<keys::key_value> any_in_target(db::session& session,
                                                 const keys::key_range& range) const;

    /// The server's words for what happens when the two rows are carried over together.
    std::string complaint(db::session& session, std::span<const keys::key_value> keys) const;

    /// A row that the target refuses for itself, whatever other rows hold.
    struct refused {
        keys::key_value key;
        std::string reason;  ///< In the server's words, and then what can be done about it.
    };
    /// The first of the keys whose row the target refuses for itself; nullopt: it takes each alone.
    /// Precondition: as many keys as one statement may name, at most.
    std::optional<refused> refused_row(db::session& session,
                                       std::span<const keys::key_value> keys) const;

    const statements& texts() const noexcept { return texts_; }

  private:
    struct presence {
        std::vector<keys::key_value> gone;
        std::vector<keys::key_value> there;
    };
    void write_over(db::session& session, std::span<const keys::key_value> keys) const;
    void erase(db::session& session, std::span<const keys::key_value> keys) const;
    void erase(db::session& session, const keys::key_range& range) const;
    /// Calls `take` with the keys that the range has in the source, batch by batch, until it says
    /// true.
    void for_each_batch(db::session& session, const keys::key_range& range,
                        const std::function<bool(std::span<const keys::key_value>)>& take) const;
    presence look_up(db::session& session, std::span<const keys::key_value> keys) const;
    std::optional<error> failure_of(db::session& session,
                                    std::span<const keys::key_value> keys) const;
    std::vector<collision> collected(db::session& session) const;
    enum class step { erase, insert, write_over };
    void do_in_batches(db::session& session, std::span<const keys::key_value> keys,
                       step what) const;
    void commit_in_parts(db::session& session, std::span<const keys::key_value> keys,
                         step what) const;

    void rename_as(db::session& session, std::vector<collision>& found,
                   std::span<const keys::key_value> names) const;

    const statements& texts_;
    const tables::checkpoint_table& checkpoint_;
    const std::size_t batch_keys_;

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    mutable std::set<std::uint64_t> introduced_;  ///< Connections.
};

/// Whether the error is a duplicate under a unique index (1062; 1586 names the index instead).
bool is_duplicate(const error& failure) noexcept;

}  // namespace segue::rows
