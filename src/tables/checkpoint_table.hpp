#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/tables/saved_state.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace segue::tables {

/// The table `_<t>_ghk`: who owns the migration, and how far it is. One row for each fact, (kind,
/// id, value), as saved_state.hpp and docs/state-format.md have them. The row of kind 'owner' is
/// locked shared by every writer, so nothing but its value is ever updated in it.
/// Immutable; every call uses the session it is given, and blocks.
class checkpoint_table {
  public:
    /// `run_token`: unlike any other run's.
    /// `when_read_only`: whether a server with read_only=ON is written to, or is one that must not
    /// be.
    enum class when_read_only { refuse, write };
    checkpoint_table(table_name name, std::string run_token,
                     when_read_only on_such = when_read_only::refuse);

    /// Makes the table before there is a target, so that a target without it is nobody's of ours.
    /// Of the fingerprint it writes down `original` and `alter`. `old_table`: the original's name
    /// after the swap. Nobody else knows the table yet, so that no owner is checked; the same holds
    /// for complete().
    void begin(db::session& session, const std::string& server_uuid, const fingerprint& print,
               const std::string& old_table, std::string_view comment = state_table_comment) const;
    /// Writes down the rest of the fingerprint, once the target is there.
    void complete(db::session& session, const fingerprint& print) const;
    /// Writes down what the swap will do to foreign keys, before it can be reached; again
    /// where a later run goes on. Precondition: there are some.
    void record_foreign_keys(db::session& session, const swapped_foreign_keys& keys) const;

    /// First in every writing transaction of ours: locks the owner's row shared and checks that
    /// this run is still the owner. Throws segue::error, not retryable, when it is not.
    void check_owner(db::session& session) const;
    /// Checks that this run is the owner at this moment, and locks nothing: for one that only
    /// looks, and where LOCK TABLES holds this table for READ, which keeps every other run out.
    /// Throws as check_owner().
    void check_still_owner(db::session& session) const;

    /// Writes down that the session's connection is about to write the target, in a transaction of
    /// its own: what others write there is told by that, also to a later run.
    void record_writer(db::session& session) const;

    /// Makes another run's table ours: waits until none of its writing transactions is left, and
    /// lets none of them begin again.
    void take_over(db::session& session) const;
    /// Takes the table over as take_over() does, and reads what the other run has written: only
    /// then, as it may have gone on writing until then. Writes whose run it is now. Throws as
    /// read_state(), before anything is changed where the table is of another format.
    saved_state take_over_state(db::session& session) const;

    /// Whose run has made the table, in words; empty where it was this one, or is not known.
    std::string other_run(db::session& session) const;

    /// Writes down what is done of a chunk. Within the transaction of the chunk's rows.
    void record_chunk(db::session& session, const chunk_progress& chunk) const;
    /// After a lost COMMIT: whether the transaction took effect. Waits for it to end.
    bool chunk_is_recorded(db::session& session, const chunk_progress& chunk) const;

    /// Writes down keys whose rows are taken out of the target. Within the transaction that does
    /// so. `number`: of the eviction, unlike any other that stands there.
    void record_evicted(db::session& session, std::uint64_t number,
                        std::span<const keys::key_value> keys) const;

    /// Writes down how far the copy goes, before the first chunk, in a transaction of its own.
    void record_extent(db::session& session, const copy_extent& extent) const;
    /// Writes down why no later run can go on, in a transaction of its own.
    void record_spoiled(db::session& session, const std::string& why) const;
    /// Writes down at which place of the log a split has ended; no run goes on from it then.
    /// Precondition: a session on which a transaction is open, or that holds LOCK TABLES for WRITE
    /// on this table with autocommit=0; the caller commits.
    void record_ended(db::session& session, const std::string& place) const;
    /// How far a run has come since that was last written down.
    struct progress {
        std::optional<resume_point> resume_at = {};   ///< Unset: the one written last still holds.
        std::optional<server_life> seen_on = {};      ///< With resume_at, and only then.
        std::optional<std::string> phase = {};        ///< Unset: the one written last still holds.
        std::optional<verified_point> verified = {};  ///< Unset: as above.
        /// The watermark takes the place of the rows of chunks below it, all of which are done.
        std::uint64_t chunks_below = 0;
        /// What the evictions up to this number took out has all been carried over again.
        std::uint64_t evicted_settled_up_to = 0;
    };
    /// Writes down how far the run has come, in one transaction of its own.
    void record_progress(db::session& session, const progress& made) const;

    const table_name& name() const noexcept { return name_; }

  private:
    void write_as_owner(db::session& session, const std::function<void()>& write) const;
    void put(db::session& session, const std::string& kind, const std::string& value) const;
    std::optional<watermark> next_watermark(db::session& session, std::uint64_t chunk) const;
    void check(const std::vector<db::row>& owner) const;

    table_name name_;
    std::string run_token_;
    std::string must_not_be_written_;  ///< An expression: 0 where the server may be written to.
};

}  // namespace segue::tables
