#pragma once

#include "binlog/stream.hpp"
#include "src/base/table_name.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/held_keys.hpp"
#include "src/keys/key_codec.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace segue::changes {

/// From the stream's rows of one table to the change set of one target: keys of changed rows, those
/// of XA transactions held under their xid until they are committed; and what must end it.
///
/// Threads: what the router calls comes from the stream's thread; the rest from any.
/// Lifetime: codec and change set outlive it.
class table_feed {
  public:
    struct table {
        table_name original;
        std::size_t columns = 0;  ///< Of the original.
        bool case_insensitive_names = false;
        /// What is made beside it, and is nobody else's to change: the target first.
        std::vector<table_name> ours = {};
        /// Whether a connection is, or was, one of this run's. Unset: who writes the target is not
        /// looked at. Called by the stream's thread.
        std::function<bool(std::uint64_t connection)> is_ours = {};
        // What messages call things: the target, what goes on, and what it does with the original.
        std::string called = "the new table";
        std::string job = "the migration";
        std::string done = "migrated";
    };
    /// `stop` ends its wait for room in the change set.
    table_feed(table watched, const keys::key_codec& codec, change_set& changes,
               std::stop_token stop);

    /// True once since the last call when any definition was seen in the log, of whatever it is;
    /// the caller looks at the table again.
    bool take_definition_seen() noexcept { return definition_seen_.exchange(false); }

    /// How many statements were seen that may have given the table a child, and may as well have
    /// done nothing. (What is known to have done so ends the migration.)
    std::uint64_t possible_children() const noexcept { return possible_children_.load(); }

    /// That somebody else has dropped, emptied or changed one of `ours`, or has written the target,
    /// in words; empty: nobody has, as far as the stream was read.
    std::string change_of_ours() const;

    /// From here on any RENAME TABLE is taken for our own, and not looked at.
    void expect_swap() noexcept { swap_expected_ = true; }
    /// RENAME TABLE was not sent, or changed nothing: it is looked at again.
    void expect_no_swap() noexcept { swap_expected_ = false; }
    /// Triggers of these names on one of `ours` are made by ourselves, whenever that is seen.
    void expect_triggers(std::vector<std::string> names);
    /// Statements of exactly these texts are made by ourselves, whenever they are seen.
    void expect_statements(std::vector<std::string> texts);

    /// Keys held for XA transactions that are prepared and neither committed nor rolled back, and
    /// how many of these have written the target.
    std::size_t held_for_xa() const noexcept { return held_keys_.load() + held_writers_.load(); }

    /// How many bytes of the keys held for XA transactions stay in memory; what is beyond goes to a
    /// file.
    static constexpr std::size_t held_bytes_max = std::size_t{8} << 20U;

    // For the router:
    const table_name& original() const noexcept { return watched_.original; }
    /// Of which the stream is to tell who writes it; nullptr: that is not looked at.
    const table_name* target() const noexcept {
        return watched_.is_ours && !watched_.ours.empty() ? &watched_.ours.front() : nullptr;
    }
    /// Ordinals of the key's columns in the original, from 0.
    const std::vector<unsigned>& key_ordinals() const noexcept { return key_ordinals_; }

    /// A table map of this table, as stream_handler::on_table() has it.
    void on_table(const binlog::table_shape& shape) const;
    /// A changed row of this table, as stream_handler::on_row() has it: its images hold the key's
    /// columns in the order of key_ordinals(). `xid`: of the XA transaction that the row is of,
    /// which on_xa_begin() told of; else unset.
    void on_row(const binlog::row_change& change, const std::optional<std::string>& xid);
    /// A transaction of this connection changes rows of target(), as stream_handler::on_written()
    /// has it. `xid`: as on_row() has it; what an XA transaction wrote counts once it is committed.
    void on_target_written(std::uint64_t connection, const std::optional<std::string>& xid);
    /// A statement of the log, about whatever table, as stream_handler::on_statement() has it.
    void on_statement(const binlog::statement& seen);
    /// From here on statements about `ours` are somebody else's: what made them stands before.
    void watch_ours() noexcept {
        watched_ours_ = watched_.ours.size();
        watches_writes_ = true;
    }
    /// The same of the target alone, before the stream is read: where it was made before the place
    /// at which the stream begins, and the others may be made anew behind it.
    /// `writers`: the connections by which earlier runs wrote it; unset: not all are known, so that
    /// who writes it is not looked at.
    void watch_target(std::optional<std::set<std::uint64_t>> writers);
    /// An XA transaction begins in the stream. To be told of one that changes nothing of ours as
    /// well: it is known then, when it is committed.
    void on_xa_begin(const std::string& xid) { held_.begin(xid, changes_.epoch()); }
    /// Whether on_xa_begin() told of it, and it was neither committed nor rolled back since.
    bool knows(const std::string& xid) const { return held_.knows(xid); }
    /// What the XA transaction changed is to be carried over now.
    void on_xa_commit(const std::string& xid);
    /// What the XA transaction changed is forgotten.
    void on_xa_rollback(const std::string& xid);
    /// As change_set::begin_epoch(), of this feed's.
    std::uint64_t begin_epoch() { return changes_.begin_epoch(); }
    /// Whether all changes of earlier epochs were carried over, or rightly dropped. While a
    /// transaction is prepared what it changed is neither.
    bool settled_before(std::uint64_t epoch) const;
    /// Adds the XA transactions that on_xa_begin() told of and that have not ended since.
    void add_known_xa(std::set<std::string>& xids) const { held_.add_known(xids); }

  private:
    /// That an XA transaction has written the target, and in which epoch.
    struct target_writer {
        std::uint64_t connection = 0;
        std::uint64_t epoch = 0;
    };
    void keep(keys::key_value key, const std::optional<std::string>& xid);
    void see_writer(std::uint64_t connection);
    void forget_writer(const std::string& xid);
    void see_definition(const binlog::statement& seen);
    void see_change_of_ours(const binlog::statement& seen);
    bool makes_own_trigger(const binlog::statement& seen) const;
    bool is_own(const binlog::statement& seen) const;
    bool same_schema(std::string_view schema) const;

    const table watched_;
    const std::vector<unsigned> key_ordinals_;
    const keys::key_codec& codec_;
    change_set& changes_;
    const std::stop_token stop_;

    held_keys held_{held_bytes_max};  // only the stream's thread, as the next
    std::size_t watched_ours_ = 0;    ///< How many of watched_.ours, from the first one on.
    bool watches_writes_ = false;     ///< Whether it is known who may write the target.
    std::set<std::uint64_t> earlier_writers_;              ///< Connections, of earlier runs.
    std::map<std::string, target_writer> writers_by_xid_;  ///< As held_ has the keys of these.

    std::atomic<bool> definition_seen_{false};         // set by the stream, cleared by the asker
    std::atomic<bool> swap_expected_{false};           // written by the cut-over
    std::atomic<std::uint64_t> possible_children_{0};  // written by the stream
    std::atomic<std::size_t> held_keys_{0};            // written by the stream, as the next
    std::atomic<std::size_t> held_writers_{0};         // elements of writers_by_xid_

    mutable std::mutex mutex_;
    std::string change_of_ours_;  // guarded by mutex_, as the next
    std::vector<std::string> own_triggers_;
    std::vector<std::string> own_statements_;
};

}  // namespace segue::changes
