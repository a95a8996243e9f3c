#include "src/servers/durability.hpp"

#include "src/base/error.hpp"

#include <string_view>

#include <fmt/format.h>

namespace segue::servers {

std::string durability::settings::text() const {
    return fmt::format("innodb_flush_log_at_trx_commit={} and sync_binlog={}", flush_log,
                       sync_binlog);
}

namespace {

// The server counts Uptime from the second it was started in to the one in which the statement
// began, as UNIX_TIMESTAMP() has it; so their difference is the same as long as the server lives,
// also where its clock is set.
constexpr std::string_view start_and_settings =
    R"(SELECT UNIX_TIMESTAMP()-CAST(VARIABLE_VALUE AS SIGNED),
         FROM_UNIXTIME(UNIX_TIMESTAMP()-CAST(VARIABLE_VALUE AS SIGNED)),
         @@GLOBAL.innodb_flush_log_at_trx_commit, @@GLOBAL.sync_binlog
       FROM performance_schema.global_status
       WHERE VARIABLE_NAME='Uptime')";

}  // namespace

std::string up_since(db::session& session) {
    return session.query_row(std::string(start_and_settings))[0].value_or("");
}

void durability::look_at_new(db::session& session) {
    const db::row found = session.query_row(std::string(start_and_settings));
    // What was seen before decides; what is set now is of the time to come.
    note_start(found[0].value_or(""), found[1].value_or(""));
    note({.flush_log = found[2].value_or(""), .sync_binlog = found[3].value_or("")});
}

void durability::look_at_settings(db::session& session) {
    const db::row found =
        session.query_row("SELECT @@GLOBAL.innodb_flush_log_at_trx_commit, @@GLOBAL.sync_binlog");
    note({.flush_log = found[0].value_or(""), .sync_binlog = found[1].value_or("")});
}

void durability::note_start(const std::string& started, const std::string& when) {
    {
        const std::lock_guard lock(mutex_);
        if (!starts_.insert(started).second || starts_.size() == 1) return throw_if_lost();
        ++restarts_;
        if (!weakest_.flush_log.empty())
            lost_ = fmt::format(
                "the server was restarted (it is up since {}), and {} was seen while this "
                "migration ran: if it crashed, it may have taken back rows of the new table that "
                "it had answered as committed, and changes in its binary log. So what the database "
                "says now of the migration is what it can go on from",
                when, weakest_.text());
        throw_if_lost();
    }
    tell_(fmt::format(
        "the server was restarted (it is up since {}). As "
        "innodb_flush_log_at_trx_commit and sync_binlog were 1 whenever they were "
        "looked at, it should have all that it had answered: the migration goes on, unless its own "
        "last heartbeat is gone.",
        when));
}

void durability::throw_if_lost() const {
    if (!lost_.empty()) throw error(lost_);
}

void durability::note(const settings& now) {
    settings before;
    {
        const std::lock_guard lock(mutex_);
        throw_if_lost();
        before = last_;
        last_ = now;
        if (!now.durable()) weakest_ = now;
    }
    // At the start the notices of the plan say it.
    if (before.flush_log.empty() || before == now) return;
    tell_(now.durable()
              ? fmt::format("{} now. They were not 1 all the time, so if the server restarts "
                            "before the swap, this migration goes on from what the database says "
                            "of it then.",
                            now.text())
              : fmt::format("{} now: a crash of the server could take back what it has answered. "
                            "If it restarts before the swap, this migration goes on from what the "
                            "database says of it then.",
                            now.text()));
}

bool durability::may_have_lost() const {
    const std::lock_guard lock(mutex_);
    return !lost_.empty();
}

unsigned durability::restarts() const {
    const std::lock_guard lock(mutex_);
    return restarts_;
}

}  // namespace segue::servers
