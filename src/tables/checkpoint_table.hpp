#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"

#include <cstdint>
#include <string>

namespace segue::tables {

/// The table `_<t>_ghk`: who owns the migration, and which chunks are done. One row for each fact,
/// (kind, id, value):
///   owner 0    the owner epoch: a random token. Nothing else is ever updated in this row.
///   format 0   version of this layout.
///   server 0   @@server_uuid of the server that the rows were written on.
///   run 0      whose run made the table: the account, the process and its host.
///   phase 0    name of the migration's phase.
///   chunk N    the N-th chunk's bounds and rows, written in the transaction of its rows.
///              Of a chunk that takes several, one behind the other: what is done so far.
/// Immutable but for take_over(); every call uses the session it is given, and blocks.
class checkpoint_table {
  public:
    /// `epoch`: this run's token, unlike any other's.
    checkpoint_table(table_name name, std::string epoch);

    void create(db::session& session, const std::string& server_uuid) const;

    /// First in every writing transaction of ours: locks the owner's row shared and checks that
    /// this run is still the owner. Throws segue::error, not retryable, when it is not.
    void check_owner(db::session& session) const;
    /// The same where LOCK TABLES holds this table for READ, which keeps every other run out.
    void check_owner_under_lock(db::session& session) const;

    /// Makes another run's table ours: waits until none of its writing transactions is left, and
    /// lets none of them begin again. For cleaning up after it.
    void take_over(db::session& session) const;

    /// Whose run has made the table, in words; empty where it was this one, or is not known.
    std::string other_run(db::session& session) const;

    struct chunk_progress {
        std::uint64_t chunk = 0;
        keys::key_range done;  ///< All of the chunk, or its beginning.
        std::uint64_t rows = 0;
        bool goes_on = false;  ///< An earlier transaction has done less of it.
    };
    void record_chunk(db::session& session, const keys::key_codec& codec,
                      const chunk_progress& progress) const;
    /// After a lost COMMIT: whether the transaction took effect. Waits for it to end.
    bool chunk_is_recorded(db::session& session, const keys::key_codec& codec,
                           const chunk_progress& progress) const;
    /// Forgets the rows of chunks below `chunk`, all of which are done.
    void prune_chunks_below(db::session& session, std::uint64_t chunk) const;

    void record_phase(db::session& session, const std::string& phase) const;

    const table_name& name() const noexcept { return name_; }

  private:
    void write_as_owner(db::session& session, const std::string& sql) const;
    void check(const std::vector<db::row>& owner) const;

    table_name name_;
    std::string epoch_;
};

}  // namespace segue::tables
