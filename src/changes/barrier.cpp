#include "src/changes/barrier.hpp"

#include "src/base/error.hpp"
#include "src/db/read_only_server.hpp"
#include "src/db/retry.hpp"
#include "src/db/table_failure.hpp"
#include "throttle/heartbeat_value.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace segue::changes {
namespace {

constexpr int heartbeat_id = 1;
constexpr int marker_id = 2;

}  // namespace

barrier::barrier(db::session_factory& sessions, settings with)
    : sessions_(sessions), settings_(std::move(with)) {}

void barrier::create(db::session& session) const {
    session.execute(fmt::format(
        R"(CREATE TABLE {} (
             id BIGINT NOT NULL AUTO_INCREMENT,
             last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
             hint VARCHAR(64) CHARACTER SET ascii NOT NULL,
             value VARCHAR(4096) CHARACTER SET ascii NOT NULL,
             PRIMARY KEY (id),
             UNIQUE KEY hint_uidx (hint))
           ENGINE=InnoDB AUTO_INCREMENT=256 COMMENT='Segue: heartbeat')",
        settings_.changelog.quoted()));
    session.execute(fmt::format(
        "INSERT INTO {} (id, hint, value) VALUES ({},'heartbeat',{}),({},'marker','')",
        settings_.changelog.quoted(), heartbeat_id,
        quoted_literal(throttle::format_heartbeat(std::chrono::system_clock::now())), marker_id));
}

std::optional<std::uint64_t> barrier::marker_in(std::string_view value) const {
    const std::string prefix = settings_.run_token + ":";
    if (!value.starts_with(prefix)) return std::nullopt;
    value.remove_prefix(prefix.size());
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (failure != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return number;
}

bool barrier::has_come(db::session& replica, std::uint64_t number) const {
    try {
        for (const db::row& one : replica.query(fmt::format(
                 "SELECT value FROM {} WHERE id={}", settings_.changelog.quoted(), marker_id)))
            if (const auto come = marker_in(one[0].value_or(""))) return *come >= number;
        return false;
    } catch (const error& failure) {
        if (db::is_missing_table_or_schema(failure)) return false;
        throw;
    }
}

// Not by the variable, which may have been set back since: the row is there and was not changed.
void barrier::throw_not_changed(db::session& session, int id) const {
    if (session.query(fmt::format("SELECT 1 FROM {} WHERE id={}", settings_.changelog.quoted(), id))
            .empty())
        throw db::row_is_gone(id == marker_id ? "the marker's row" : "the heartbeat's row",
                              settings_.changelog);
    throw db::read_only_failure();
}

std::string_view barrier::unless_read_only() const {
    return settings_.read_only_is_meant ? "" : " AND @@GLOBAL.read_only=0";
}

void barrier::commit_marker(db::session& session, std::uint64_t number) const {
    const std::uint64_t changed = session.execute(
        fmt::format("UPDATE {} SET value='{}:{}' WHERE id={}{}", settings_.changelog.quoted(),
                    settings_.run_token, number, marker_id, unless_read_only()));
    if (changed != 1) throw_not_changed(session, marker_id);
    if (settings_.restarts) settings_.restarts->look_at_settings(session);
    if (settings_.order_commits_required &&
        session.query_value("SELECT @@GLOBAL.binlog_order_commits") != "1")
        throw error(
            "binlog_order_commits was turned OFF while the migration ran, so what the "
            "binary log shows may not be visible yet. Turn it ON, or start again: with OFF "
            "at the start, rows are read with locks.");
}

void barrier::write_heartbeat(db::session& session) {
    beats_.push_back(throttle::format_heartbeat(std::chrono::system_clock::now()));
    const std::uint64_t changed = session.execute(
        fmt::format("UPDATE {} SET value={} WHERE id={}{}", settings_.changelog.quoted(),
                    quoted_literal(beats_.back()), heartbeat_id, unless_read_only()));
    if (changed != 1) throw_not_changed(session, heartbeat_id);
    beats_.erase(beats_.begin(), beats_.end() - 1);
    {
        const std::lock_guard lock(mutex_);
        answered_beat_ = beats_.back();
        // A marker that was asked for meanwhile waits for no COMMIT yet.
        wanted_since_ = std::chrono::steady_clock::now();
    }
    if (settings_.restarts) settings_.restarts->look_at_settings(session);
}

// Redo is lost from its end only: if our last write is there, all that was answered before it is.
void barrier::look_after_restart(db::session& session) {
    if (!settings_.restarts || settings_.restarts->restarts() == restarts_seen_) return;
    const unsigned seen = settings_.restarts->restarts();
    std::uint64_t answered = 0;
    {
        const std::lock_guard lock(mutex_);
        answered = committed_;
    }
    for (const db::row& one :
         session.query(fmt::format("SELECT id, value FROM {}", settings_.changelog.quoted()))) {
        const std::string value = one[1].value_or("");
        const bool is_marker = one[0] == std::to_string(marker_id);
        const auto number = marker_in(value);
        const bool lost = is_marker ? number && *number < answered
                                    : one[0] == std::to_string(heartbeat_id) && !beats_.empty() &&
                                          std::ranges::find(beats_, value) == beats_.end();
        if (lost)
            throw error(fmt::format(
                "the server was restarted, and has lost what it had answered as committed: {} "
                "holds an older {} than it answered. So rows of the new table are lost as well. "
                "Start again; and look whether its disks keep what is flushed to them, and "
                "whether innodb_flush_log_at_trx_commit is 1.",
                settings_.changelog.quoted(), is_marker ? "marker" : "heartbeat"));
    }
    restarts_seen_ = seen;
}

bool barrier::wait_for_work(std::stop_token stop, std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, stop, until, [&] { return wanted_ > committed_; });
}

std::uint64_t barrier::begin_marker() {
    std::lock_guard lock(mutex_);
    return ++begun_;
}

void barrier::run(std::stop_token stop) {
    db::retrying_session session(sessions_, settings_.failures_max, db::lock_conflicts::outlasted,
                                 db::session_role::beat);
    auto next_beat = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        if (wait_for_work(stop, next_beat)) {
            // Each try has a number of its own: the one before may have been committed, and a
            // marker that does not change is none.
            session.run("write a marker", stop, [&](db::session& with) {
                look_after_restart(with);
                const std::uint64_t number = begin_marker();
                commit_marker(with, number);
                std::lock_guard lock(mutex_);
                committed_ = number;
                wanted_since_ = std::chrono::steady_clock::now();
                changed_.notify_all();
            });
        }
        if (!stop.stop_requested() && std::chrono::steady_clock::now() >= next_beat) {
            session.run("write the heartbeat", stop, [&](db::session& with) {
                look_after_restart(with);
                write_heartbeat(with);
            });
            next_beat = std::chrono::steady_clock::now() + settings_.interval;
        }
    }
}

std::uint64_t barrier::want_marker() {
    // A marker that was begun before this call may have been committed before it too.
    const std::uint64_t mine = begun_ + 1;
    if (wanted_ <= committed_) wanted_since_ = std::chrono::steady_clock::now();
    if (wanted_ < mine) wanted_ = mine;
    changed_.notify_all();
    return mine;
}

std::chrono::steady_clock::duration barrier::marker_waits() const {
    std::lock_guard lock(mutex_);
    return wanted_ > committed_ ? std::chrono::steady_clock::now() - wanted_since_
                                : std::chrono::steady_clock::duration(0);
}

std::optional<std::chrono::system_clock::time_point> barrier::answered_heartbeat() const {
    const std::lock_guard lock(mutex_);
    return throttle::parse_heartbeat(answered_beat_);
}

std::uint64_t barrier::pass(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = want_marker();
    if (!changed_.wait(lock, stop, [&] { return committed_ >= mine; })) throw stopped();
    return mine;
}

std::optional<std::uint64_t> barrier::pass_until(std::chrono::steady_clock::time_point deadline,
                                                 std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = want_marker();
    if (changed_.wait_until(lock, stop, deadline, [&] { return committed_ >= mine; })) return mine;
    if (stop.stop_requested()) throw stopped();
    return std::nullopt;
}

}  // namespace segue::changes
