#include "src/tables/checkpoint_table.hpp"

#include "src/base/error.hpp"
#include "src/db/read_only_server.hpp"
#include "src/db/table_failure.hpp"
#include "src/tables/this_process.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::tables {

checkpoint_table::checkpoint_table(table_name name, std::string run_token, when_read_only on_such)
    : name_(std::move(name)),
      run_token_(std::move(run_token)),
      must_not_be_written_(on_such == when_read_only::refuse ? "@@GLOBAL.read_only" : "0") {}

void checkpoint_table::begin(db::session& session, const std::string& server_uuid,
                             const fingerprint& print, const std::string& old_table,
                             std::string_view comment) const {
    session.execute(fmt::format(
        R"(CREATE TABLE {} (
             kind VARCHAR(16) NOT NULL,
             id BIGINT UNSIGNED NOT NULL,
             value LONGTEXT NOT NULL,
             PRIMARY KEY (kind, id))
           ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
           COMMENT='{}')",
        name_.quoted(), comment));
    session.execute(fmt::format(
        R"(INSERT INTO {} (kind, id, value) VALUES
           ('owner',0,{}),('format',0,'{}'),('server',0,{}),('phase',0,'inspect'),
           ('run',0,CONCAT(USER(),{})),('original',0,{}),('alter',0,{}),('sets',0,{}),
           ('old_table',0,{}),('writer',0,''))",
        name_.quoted(), quoted_literal(run_token_), state_format, quoted_literal(server_uuid),
        quoted_literal(this_process()), quoted_literal(print.original), quoted_literal(print.alter),
        quoted_literal(print.sets), quoted_literal(old_table)));
}

void checkpoint_table::complete(db::session& session, const fingerprint& print) const {
    session.execute(fmt::format(
        R"(INSERT INTO {} (kind, id, value) VALUES
           ('target',0,{}),('projection',0,{}),('session',0,{}))",
        name_.quoted(), quoted_literal(print.target), quoted_literal(print.projection),
        quoted_literal(print.session)));
}

void checkpoint_table::record_foreign_keys(db::session& session,
                                           const swapped_foreign_keys& keys) const {
    std::vector<std::string> rows;
    for (const auto& [number, name] : keys)
        rows.push_back(fmt::format("('foreign_key',{},{})", number, quoted_literal(name)));
    session.execute(fmt::format("REPLACE INTO {} (kind, id, value) VALUES {}", name_.quoted(),
                                fmt::join(rows, ",")));
}

void checkpoint_table::record_writer(db::session& session) const {
    write_as_owner(session, [&] {
        session.execute(fmt::format("REPLACE INTO {} (kind, id, value) VALUES ('writer',{},'')",
                                    name_.quoted(), session.connection_id()));
    });
}

std::string checkpoint_table::other_run(db::session& session) const {
    const auto found = session.query(
        fmt::format("SELECT value FROM {} WHERE kind='run' AND id=0", name_.quoted()));
    std::string run = found.empty() ? "" : found.front()[0].value_or("");
    return run.ends_with(this_process()) ? "" : run;
}

void checkpoint_table::check(const std::vector<db::row>& owner) const {
    if (!owner.empty() && owner.front()[1] != "0") throw db::read_only_failure();
    if (owner.empty()) throw db::row_is_gone("the owner's row", name_);
    if (owner.front()[0] != run_token_)
        throw error(
            fmt::format("another run has taken over this migration: the owner in {} is not "
                        "this one any more. Nothing was written by this statement.",
                        name_.quoted()));
}

void checkpoint_table::check_owner(db::session& session) const {
    const auto owner = session.query(fmt::format(
        R"(SELECT value, {}, CONNECTION_ID()
           FROM {}
           WHERE kind='owner' AND id=0
           FOR SHARE)",
        must_not_be_written_, name_.quoted()));
    check(owner);
    if (db::to_uint64(owner.front()[2], "CONNECTION_ID()") != session.connection_id())
        throw error(
            "the session moved to another connection: a proxy stands between. Connect to "
            "the server itself.");
}

void checkpoint_table::check_still_owner(db::session& session) const {
    check(session.query(fmt::format("SELECT value, {} FROM {} WHERE kind='owner' AND id=0",
                                    must_not_be_written_, name_.quoted())));
}

void checkpoint_table::take_over(db::session& session) const {
    session.execute(fmt::format("UPDATE {} SET value={} WHERE kind='owner' AND id=0",
                                name_.quoted(), quoted_literal(run_token_)));
}

saved_state checkpoint_table::take_over_state(db::session& session) const {
    std::string before = read_state(session, name_).owner;
    take_over(session);
    session.execute(fmt::format("UPDATE {} SET value=CONCAT(USER(),{}) WHERE kind='run' AND id=0",
                                name_.quoted(), quoted_literal(this_process())));
    session.execute(fmt::format("UPDATE {} SET value=@@server_uuid WHERE kind='server' AND id=0",
                                name_.quoted()));
    saved_state taken = read_state(session, name_);
    taken.owner_before = std::move(before);
    return taken;
}

void checkpoint_table::record_evicted(db::session& session, std::uint64_t number,
                                      std::span<const keys::key_value> keys) const {
    session.execute(fmt::format("INSERT INTO {} (kind, id, value) VALUES ('evicted',{},{})",
                                name_.quoted(), number, quoted_literal(text_of(keys))));
}

void checkpoint_table::record_chunk(db::session& session, const chunk_progress& chunk) const {
    const std::string text = quoted_literal(text_of(chunk));
    const auto rows = session.execute(
        chunk.goes_on ? fmt::format("UPDATE {} SET value={} WHERE kind='chunk' AND id={}",
                                    name_.quoted(), text, chunk.chunk)
                      : fmt::format("INSERT INTO {} (kind, id, value) VALUES ('chunk',{},{})",
                                    name_.quoted(), chunk.chunk, text));
    if (rows != 1) throw db::row_is_gone(fmt::format("the row of chunk {}", chunk.chunk), name_);
}

bool checkpoint_table::chunk_is_recorded(db::session& session, const chunk_progress& chunk) const {
    return session.query(
               fmt::format("SELECT value={} FROM {} WHERE kind='chunk' AND id={} FOR SHARE",
                           quoted_literal(text_of(chunk)), name_.quoted(), chunk.chunk)) ==
           std::vector<db::row>{{"1"}};
}

void checkpoint_table::write_as_owner(db::session& session,
                                      const std::function<void()>& write) const {
    session.execute("START TRANSACTION");
    check_owner(session);
    write();
    session.execute("COMMIT");
}

void checkpoint_table::put(db::session& session, const std::string& kind,
                           const std::string& value) const {
    session.execute(fmt::format("REPLACE INTO {} (kind, id, value) VALUES ('{}',0,{})",
                                name_.quoted(), kind, quoted_literal(value)));
}

void checkpoint_table::record_extent(db::session& session, const copy_extent& extent) const {
    write_as_owner(session, [&] { put(session, "copy", text_of(extent)); });
}

void checkpoint_table::record_spoiled(db::session& session, const std::string& why) const {
    write_as_owner(session, [&] { put(session, "spoiled", why); });
}

void checkpoint_table::record_ended(db::session& session, const std::string& place) const {
    put(session, "ended", place);
    put(session, "phase", "done");
}

// What the chunks below `chunk` add to the watermark; nullopt: there are none.
std::optional<watermark> checkpoint_table::next_watermark(db::session& session,
                                                          std::uint64_t chunk) const {
    const auto chunks = session.query(
        fmt::format("SELECT id, value FROM {} WHERE kind='chunk' AND id<{} ORDER BY id",
                    name_.quoted(), chunk));
    if (chunks.empty()) return std::nullopt;
    const auto before =
        session.query(fmt::format("SELECT value FROM {} WHERE kind='watermark'", name_.quoted()));
    watermark next = before.empty() ? watermark{} : watermark_in(before.front()[0].value_or(""));
    next.chunks_below = chunk;
    for (const db::row& row : chunks) {
        chunk_progress one = chunk_in(db::to_uint64(row[0], "id"), row[1].value_or(""));
        next.rows += one.rows;
        // The tail, which is above the copy's end.
        if (one.chunk != tail_chunk) next.up_to = std::move(one.done.up_to);
    }
    return next;
}

void checkpoint_table::record_progress(db::session& session, const progress& made) const {
    write_as_owner(session, [&] {
        if (made.resume_at) put(session, "resume_point", text_of(*made.resume_at));
        if (made.seen_on) put(session, "seen_on", text_of(*made.seen_on));
        if (made.phase) put(session, "phase", *made.phase);
        if (made.verified) put(session, "verified", text_of(*made.verified));
        if (made.evicted_settled_up_to > 0)
            session.execute(fmt::format("DELETE FROM {} WHERE kind='evicted' AND id<={}",
                                        name_.quoted(), made.evicted_settled_up_to));
        const auto next = next_watermark(session, made.chunks_below);
        if (!next) return;
        put(session, "watermark", text_of(*next));
        session.execute(fmt::format("DELETE FROM {} WHERE kind='chunk' AND id<{}", name_.quoted(),
                                    made.chunks_below));
    });
}

}  // namespace segue::tables
