#pragma once

#include "binlog/stream.hpp"
#include "src/base/table_name.hpp"
#include "src/changes/barrier.hpp"
#include "src/changes/table_feed.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace segue::changes {

/// From one stream to the feeds of its tables. It knows how far the stream has come: position,
/// markers, and the newest heartbeat; and which XA transactions are known.
///
/// Several feeds may watch one table, for several targets: each gets the columns of its key.
///
/// Threads: the handler's calls come from the stream's thread; the rest from any.
/// Lifetime: barrier and feeds outlive it.
class router final : public binlog::stream_handler {
  public:
    /// Precondition: at least one feed.
    router(const barrier& markers, table_name changelog, std::vector<table_feed*> feeds);

    /// What the reader is to ask for: the key columns of each table, and the markers.
    std::vector<binlog::table_subscription> subscriptions() const;

    /// Prepared XA transactions that are known not to have touched any of the tables.
    void set_unrelated_xa(std::set<std::string> xids);

    /// While on, an XA COMMIT passes whose PREPARE was not in the stream: before the first chunk is
    /// registered, as every chunk then reads what it committed.
    void pass_unknown_xa(bool on) noexcept { unknown_xa_passes_ = on; }

    /// Waits until a marker of `number` or above was seen. False when `until` came first.
    /// Throws `stopped`.
    bool wait_for_marker(std::uint64_t number, std::chrono::steady_clock::time_point until,
                         std::stop_token stop);

    /// Waits until every transaction of the set was handed out, or stood before the start. False
    /// when `until` came first, or where positions are not GTID sets. Throws `stopped`.
    bool wait_until_past(const binlog::gtid_set& transactions,
                         std::chrono::steady_clock::time_point until, std::stop_token stop);

    /// Whether all that stands before `end` in the log was handed out, or stood before the start.
    /// False also where the two are not of one kind.
    bool is_past(const binlog::stream_position& end) const;

    /// A place where another run may take the stream up: what a `resume_point` of the run's state
    /// is made of.
    struct found_place {
        binlog::stream_position position;
        /// Prepared XA transactions of which nothing is to be done when they are committed behind
        /// it: they changed none of the tables, or what they changed has been carried over since.
        std::set<std::string> settled_xa;
    };
    /// Has such a place looked for: that of the next boundary is one as soon as every change before
    /// it has been carried over, or rightly dropped. Asked again before it is: nothing else
    /// happens.
    void seek_place();
    /// The place that was sought, once: nullopt while there is none yet. Never waits.
    std::optional<found_place> take_found_place();

    std::uint64_t changes_seen() const noexcept { return changes_seen_.load(); }
    binlog::stream_position position() const;
    /// The moment that the newest heartbeat seen in the stream was written; nullopt: none yet.
    std::optional<std::chrono::system_clock::time_point> last_heartbeat() const;

    void on_begin(const std::optional<std::string>& xid) override;
    void on_table(const binlog::table_shape& shape) override;
    void on_row(const binlog::row_change& change) override;
    void on_written(std::size_t subscription, std::uint64_t connection) override;
    void on_statement(const binlog::statement& seen) override;
    void on_end(ending how) override;
    void on_xa_commit(const std::string& xid) override;
    void on_xa_rollback(const std::string& xid) override;
    void on_boundary(const binlog::stream_position& position) override;
    void on_reconnect() override;

  private:
    struct fed {
        table_feed* feed;
        std::vector<std::size_t> picks;  ///< Where its key's columns stand in the subscription.
    };
    struct watched_table {
        binlog::table_subscription wanted;  ///< The columns of all of its feeds, each once.
        std::vector<fed> feeds;
    };

    void add(table_feed& feed);
    void see_changelog(const binlog::row_change& change);
    void see_boundary(const binlog::stream_position& position);
    bool settled() const;

    const barrier& markers_;
    const table_name changelog_;
    const std::vector<table_feed*> feeds_;
    std::vector<watched_table> tables_;  ///< By their number as a subscription.
    std::vector<table_feed*> written_;   ///< By the numbers behind the changelog's.

    // Only the stream's thread:
    std::optional<std::string> current_xid_;
    /// Who wrote which target in the transaction that is read, where it is no XA transaction.
    std::vector<std::pair<table_feed*, std::uint64_t>> writers_of_transaction_;
    struct candidate {
        found_place at;
        std::vector<std::uint64_t> epochs;  ///< That began there, for each feed.
    };
    std::optional<candidate> candidate_;

    std::atomic<bool> seeks_place_{false};        // set by the asker, cleared by the stream
    std::atomic<bool> unknown_xa_passes_{false};  // written by who follows the stream
    std::atomic<std::uint64_t> changes_seen_{0};  // written by the stream

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::set<std::string> unrelated_xa_;                                   // guarded by mutex_
    std::uint64_t marker_seen_ = 0;                                        // guarded by mutex_
    binlog::stream_position position_;                                     // guarded by mutex_
    std::optional<found_place> found_;                                     // guarded by mutex_
    std::optional<std::chrono::system_clock::time_point> last_heartbeat_;  // guarded by mutex_
};

}  // namespace segue::changes
