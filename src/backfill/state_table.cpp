#include "src/backfill/state_table.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/db/read_only_server.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/backfill_at_work.hpp"
#include "src/tables/this_process.hpp"
#include "throttle/heartbeat_value.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

constexpr std::string_view format = "1";

}  // namespace

state_table::state_table(table_name name, std::string run_token)
    : name_(std::move(name)), run_token_(std::move(run_token)) {}

void state_table::make(db::session& session, const facts& asked) const {
    session.execute(fmt::format(
        R"(CREATE TABLE {} (
             hint VARCHAR(16) NOT NULL,
             id BIGINT UNSIGNED NOT NULL,
             value LONGTEXT NOT NULL,
             PRIMARY KEY (hint, id))
           ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
           COMMENT='{}')",
        name_.quoted(), earlier::backfill_state_comment));
    session.execute(fmt::format(
        R"(INSERT INTO {} (hint, id, value) VALUES
           ('owner',0,{}),('format',0,'{}'),('run',0,CONCAT(CURRENT_USER(),{})),
           ('sets',0,{}),('where',0,{}),('touch',0,{}),('key',0,{}),('heartbeat',0,{}))",
        name_.quoted(), quoted_literal(run_token_), format, quoted_literal(tables::this_process()),
        quoted_literal(asked.sets), quoted_literal(asked.where), quoted_literal(asked.touch),
        quoted_literal(asked.key),
        quoted_literal(throttle::format_heartbeat(std::chrono::system_clock::now()))));
}

void state_table::take_over(db::session& session) const {
    session.execute(fmt::format("UPDATE {} SET value={} WHERE hint='owner' AND id=0",
                                name_.quoted(), quoted_literal(run_token_)));
    session.execute(
        fmt::format("UPDATE {} SET value=CONCAT(CURRENT_USER(),{}) WHERE hint='run' AND id=0",
                    name_.quoted(), quoted_literal(tables::this_process())));
}

std::optional<saved> state_table::read(db::session& session) const {
    const auto there = session.query(
        fmt::format("SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA={} "
                    "AND TABLE_NAME={}",
                    quoted_literal(name_.schema), quoted_literal(name_.name)));
    if (there.empty()) return std::nullopt;
    if (there.front()[0] != earlier::backfill_state_comment)
        throw_refusals(
            {{fmt::format("there is a table {}, and Segue has not made it", name_.quoted()),
              "A backfill keeps its state under that name: rename or drop it."}});
    saved found;
    const auto rows =
        session.query("SELECT hint, id, value FROM " + name_.quoted() + " ORDER BY hint, id");
    bool known = rows.empty();
    for (const db::row& row : rows) {
        const std::string hint = row[0].value_or("");
        const std::string value = row[2].value_or("");
        if (hint == "format") known = value == format;
        if (hint == "owner") found.owner = value;
        if (hint == "run") found.run = value;
        if (hint == "sets") found.asked.sets = value;
        if (hint == "where") found.asked.where = value;
        if (hint == "touch") found.asked.touch = value;
        if (hint == "key") found.asked.key = value;
        if (hint == "walked") found.walked = true;
        if (hint == "watermark") found.done = tables::watermark_in(value);
        if (hint == "rows_walked") found.rows_walked = db::to_uint64(row[2], "rows_walked");
        if (hint == "locked")
            found.locked.emplace(db::to_uint64(row[1], "id"), tables::evicted_in(value));
    }
    if (!known)
        throw_refusals({{fmt::format("{} was written by another version of Segue", name_.quoted()),
                         "`segue cleanup --execute` drops it. A backfill may be begun anew: rows "
                         "that are right are left as they are."}});
    return found;
}

void state_table::drop(db::session& session) const {
    session.execute("DROP TABLE IF EXISTS " + name_.quoted());
}

void state_table::check_owner(db::session& session) const {
    const auto found = session.query(fmt::format(
        "SELECT value, @@GLOBAL.read_only FROM {} WHERE hint='owner' AND id=0 FOR SHARE",
        name_.quoted()));
    if (found.empty()) throw db::row_is_gone("the owner's row", name_);
    if (found.front()[0] != run_token_)
        throw error(
            "another run has taken this backfill over; nothing more is written by this one");
    if (found.front()[1] != "0") throw db::read_only_failure();
}

void state_table::put(db::session& session, std::string_view kind, const std::string& value,
                      std::uint64_t id) const {
    session.execute(fmt::format("REPLACE INTO {} (hint, id, value) VALUES ('{}',{},{})",
                                name_.quoted(), kind, id, quoted_literal(value)));
}

// In one statement, as it is a part of every transaction.
void state_table::record(db::session& session, const tables::watermark& done,
                         std::uint64_t rows_walked) const {
    session.execute(fmt::format(
        "REPLACE INTO {} (hint, id, value) VALUES ('watermark',0,{}),('rows_walked',0,'{}')",
        name_.quoted(), quoted_literal(tables::text_of(done)), rows_walked));
}

void state_table::record_walked(db::session& session) const {
    put(session, "walked", "yes");
}

void state_table::record_locked(db::session& session, std::uint64_t number,
                                std::span<const keys::key_value> keys) const {
    if (!keys.empty()) return put(session, "locked", tables::text_of(keys), number);
    session.execute(
        fmt::format("DELETE FROM {} WHERE hint='locked' AND id={}", name_.quoted(), number));
}

void state_table::beat(db::session& session, std::chrono::system_clock::time_point now) const {
    session.execute(fmt::format("UPDATE {} SET value={} WHERE hint='heartbeat' AND id=0",
                                name_.quoted(), quoted_literal(throttle::format_heartbeat(now))));
}

std::string difference(const facts& before, const facts& now) {
    const auto told = [](std::string_view what, const std::string& was, const std::string& is) {
        return fmt::format("{} was {}, and is {}", what, was.empty() ? "not given" : was,
                           is.empty() ? "not given" : is);
    };
    if (before.sets != now.sets) return told("--set", before.sets, now.sets);
    if (before.where != now.where) return told("--where", before.where, now.where);
    if (before.touch != now.touch) return told("--touch", before.touch, now.touch);
    if (before.key != now.key) return told("the key", before.key, now.key);
    return "";
}

}  // namespace segue::backfill
