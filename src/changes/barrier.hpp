#pragma once

#include "src/base/table_name.hpp"
#include "src/db/retry.hpp"
#include "src/db/session_factory.hpp"
#include "src/servers/durability.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace segue::changes {

/// The changelog table `_<t>_ghc` (gh-ost's columns) and the one thread that writes it: heartbeat
/// rows for the lag of replicas, and markers.
///
/// A marker is a counter that is committed. With binlog_order_commits=ON its commit is a barrier:
/// once it has returned, every transaction that stands before it in the server's binary log is
/// visible to a statement that starts afterwards.
///
/// Lifecycle: create() once, then run() on a thread named "heartbeat"; pass() from then on.
/// Threads: pass() may be called from any thread; one commit serves all that wait for one.
class barrier {
  public:
    struct settings {
        table_name changelog;
        std::string
            run_token;  ///< Stands in each marker, so that no other run's is taken for ours.
        std::chrono::milliseconds interval{100};
        bool order_commits_required = true;  ///< False where reads of the source lock.
        /// So many failed writes in a row are tried again; the next one ends run(). Zero: none is.
        unsigned failures_max = db::default_failures_max;
        /// A replica that is migrated by itself is written to though it be read_only.
        bool read_only_is_meant = false;
        servers::durability* restarts =
            nullptr;  ///< Looked at with each write; nullptr: nobody looks.
    };
    barrier(db::session_factory& sessions, settings with);

    void create(db::session& session) const;

    /// Ordinal of the column `value` in the changelog, from 0, for the stream.
    static constexpr unsigned value_column = 3;
    /// The marker's number, when `value` is a marker of this run's.
    std::optional<std::uint64_t> marker_in(std::string_view value) const;

    /// Whether a replica's changelog holds the marker `number` of this run's, or a later one; false
    /// also while the replica does not have the table yet. Throws segue::error.
    bool has_come(db::session& replica, std::uint64_t number) const;

    /// Writes until asked to stop. Throws segue::error when it cannot, several times in a row, when
    /// binlog_order_commits was turned off, or when the server was restarted and has lost what it
    /// had answered, or may have.
    void run(std::stop_token stop);

    /// Returns after a marker that was committed wholly after the call, with its number.
    /// Throws `stopped`.
    std::uint64_t pass(std::stop_token stop);
    /// Returns as pass() does; nullopt if the marker was not committed by the deadline.
    std::optional<std::uint64_t> pass_until(std::chrono::steady_clock::time_point deadline,
                                            std::stop_token stop);

    /// The newest heartbeat that the server has answered as committed; unset: none yet. Threads:
    /// any.
    std::optional<std::chrono::system_clock::time_point> answered_heartbeat() const;

    /// How long somebody has been waiting for a marker while none was committed; zero: nobody is.
    std::chrono::steady_clock::duration marker_waits() const;

  private:
    std::uint64_t want_marker();  ///< Precondition: mutex_ is held.
    std::uint64_t begin_marker();
    void commit_marker(db::session& session, std::uint64_t number) const;
    std::string_view unless_read_only() const;
    [[noreturn]] void throw_not_changed(db::session& session, int id) const;
    void write_heartbeat(db::session& session);
    void look_after_restart(db::session& session);
    bool wait_for_work(std::stop_token stop, std::chrono::steady_clock::time_point until);

    db::session_factory& sessions_;
    const settings settings_;
    // Of the thread that runs:
    std::vector<std::string> beats_;  ///< The last one that was answered, and those tried since.
    unsigned restarts_seen_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t begun_ = 0;      ///< Markers whose commit was begun; guarded by mutex_.
    std::uint64_t committed_ = 0;  ///< Greatest marker committed; guarded by mutex_.
    std::uint64_t wanted_ = 0;     ///< Greatest marker someone waits for; guarded by mutex_.
    std::chrono::steady_clock::time_point wanted_since_{};  ///< Guarded by mutex_.
    std::string answered_beat_;                             ///< Guarded by mutex_; empty: none.
};

}  // namespace segue::changes
