#pragma once

#include "binlog/stream.hpp"
#include "src/base/table_name.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/heartbeat.hpp"
#include "src/changes/held_keys.hpp"
#include "src/keys/key_codec.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::changes {

/// From the stream to the change set: keys of changed rows, those of XA transactions held under
/// their xid until they are committed; markers; and what must end the migration.
///
/// Threads: the handler's calls come from the stream's thread; the rest from any.
/// Lifetime: codec, change set and heartbeat outlive it.
class stream_feed final : public binlog::stream_handler {
  public:
    struct table {
        table_name original;
        std::size_t columns = 0;  ///< Of the original.
        bool case_insensitive_names = false;
    };
    stream_feed(table watched, const keys::key_codec& codec, const heartbeat& markers,
                change_set& changes, std::stop_token stop);

    /// What the reader is to ask for: the original's key columns, and the markers.
    std::vector<binlog::table_subscription> subscriptions(const schema::row_key& key,
                                                          const table_name& changelog) const;

    /// Prepared XA transactions that are known not to have touched the table.
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

    /// Keys held for XA transactions that are prepared and neither committed nor rolled back.
    std::size_t held_for_xa() const;

    /// True once since the last call when a definition was changed that may concern the table; the
    /// caller looks at the table again.
    bool take_definition_seen() noexcept { return definition_seen_.exchange(false); }

    /// How many statements were seen that may have given the table a child, and may as well have
    /// done nothing. (What is known to have done so ends the migration.)
    std::uint64_t possible_children() const noexcept { return possible_children_.load(); }

    /// From here on a RENAME of the table is our own.
    void expect_swap() noexcept { swap_expected_ = true; }
    void expect_no_swap() noexcept { swap_expected_ = false; }

    std::uint64_t changes_seen() const noexcept { return changes_seen_.load(); }
    binlog::stream_position position() const;
    /// The moment that the newest heartbeat seen in the stream was written; nullopt: none yet.
    std::optional<std::chrono::system_clock::time_point> last_heartbeat() const;

    /// Of the keys held for XA transactions; what is beyond goes to a file.
    static constexpr std::size_t held_bytes_max = std::size_t{8} << 20U;

    void on_begin(const std::optional<std::string>& xid) override;
    void on_table(const binlog::table_shape& shape) override;
    void on_row(const binlog::row_change& change) override;
    void on_statement(const binlog::statement& seen) override;
    void on_end(ending how) override;
    void on_xa_commit(const std::string& xid) override;
    void on_xa_rollback(const std::string& xid) override;
    void on_boundary(const binlog::stream_position& position) override;
    void on_reconnect() override;

  private:
    void keep(keys::key_value key);
    void see_changelog(const binlog::row_change& change);
    void see_definition(const binlog::statement& seen);
    bool same_schema(std::string_view schema) const;

    const table watched_;
    const keys::key_codec& codec_;
    const heartbeat& markers_;
    change_set& changes_;
    const std::stop_token stop_;

    // Only the stream's thread:
    std::optional<std::string> current_xid_;
    held_keys held_{held_bytes_max};

    std::atomic<bool> definition_seen_{false};         // set by the stream, cleared by the asker
    std::atomic<bool> swap_expected_{false};           // written by the cut-over
    std::atomic<bool> unknown_xa_passes_{false};       // written by the main thread
    std::atomic<std::uint64_t> changes_seen_{0};       // written by the stream
    std::atomic<std::uint64_t> possible_children_{0};  // written by the stream
    std::atomic<std::size_t> held_keys_{0};            // written by the stream

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::set<std::string> unrelated_xa_;                                   // guarded by mutex_
    std::uint64_t marker_seen_ = 0;                                        // guarded by mutex_
    binlog::stream_position position_;                                     // guarded by mutex_
    std::optional<std::chrono::system_clock::time_point> last_heartbeat_;  // guarded by mutex_
};

}  // namespace segue::changes
