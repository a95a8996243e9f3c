#include "src/tables/checkpoint_table.hpp"

#include "src/base/error.hpp"
#include "src/db/read_only_server.hpp"

#include <array>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::tables {
namespace {

constexpr int format_version = 1;

std::string bound_text(const keys::key_codec& codec, const std::optional<keys::key_value>& bound) {
    return bound ? codec.describe(*bound) : "open";
}

std::string text_of(const keys::key_codec& codec,
                    const checkpoint_table::chunk_progress& progress) {
    return quoted_literal(fmt::format("after {} up to {}, {} rows",
                                      bound_text(codec, progress.done.after),
                                      bound_text(codec, progress.done.up_to), progress.rows));
}

std::string this_process() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host.front() = '\0';
    return fmt::format(", process {} on {}", ::getpid(), host.data());
}

}  // namespace

checkpoint_table::checkpoint_table(table_name name, std::string epoch)
    : name_(std::move(name)), epoch_(std::move(epoch)) {}

void checkpoint_table::create(db::session& session, const std::string& server_uuid) const {
    session.execute(fmt::format(
        "CREATE TABLE {} (kind VARCHAR(16) NOT NULL, id BIGINT UNSIGNED NOT NULL, value LONGTEXT "
        "NOT NULL, PRIMARY KEY (kind, id)) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin "
        "COMMENT='Segue: state of a migration'",
        name_.quoted()));
    session.execute(fmt::format(
        "INSERT INTO {} (kind, id, value) VALUES ('owner',0,{}),('format',0,'{}'),('server',0,{}),"
        "('phase',0,'inspect'),('run',0,CONCAT(USER(),{}))",
        name_.quoted(), quoted_literal(epoch_), format_version, quoted_literal(server_uuid),
        quoted_literal(this_process())));
}

std::string checkpoint_table::other_run(db::session& session) const {
    const auto found = session.query(
        fmt::format("SELECT value FROM {} WHERE kind='run' AND id=0", name_.quoted()));
    std::string run = found.empty() ? "" : found.front()[0].value_or("");
    return run.ends_with(this_process()) ? "" : run;
}

void checkpoint_table::check(const std::vector<db::row>& owner) const {
    if (!owner.empty() && owner.front()[1] != "0") throw db::read_only_failure();
    if (owner.size() != 1 || owner.front()[0] != epoch_)
        throw error(
            fmt::format("another run has taken over this migration: the owner in {} is not "
                        "this one any more. Nothing was written by this statement.",
                        name_.quoted()));
}

void checkpoint_table::check_owner(db::session& session) const {
    const auto owner = session.query(fmt::format(
        "SELECT value, @@GLOBAL.read_only, CONNECTION_ID() FROM {} WHERE kind='owner' AND "
        "id=0 FOR SHARE",
        name_.quoted()));
    check(owner);
    if (db::to_uint64(owner.front()[2], "CONNECTION_ID()") != session.connection_id())
        throw error(
            "the session moved to another connection: a proxy stands between. Connect to "
            "the server itself.");
}

void checkpoint_table::check_owner_under_lock(db::session& session) const {
    check(session.query(fmt::format(
        "SELECT value, @@GLOBAL.read_only FROM {} WHERE kind='owner' AND id=0", name_.quoted())));
}

void checkpoint_table::take_over(db::session& session) const {
    session.execute(fmt::format("UPDATE {} SET value={} WHERE kind='owner' AND id=0",
                                name_.quoted(), quoted_literal(epoch_)));
}

void checkpoint_table::record_chunk(db::session& session, const keys::key_codec& codec,
                                    const chunk_progress& progress) const {
    const std::string text = text_of(codec, progress);
    const auto rows = session.execute(
        progress.goes_on ? fmt::format("UPDATE {} SET value={} WHERE kind='chunk' AND id={}",
                                       name_.quoted(), text, progress.chunk)
                         : fmt::format("INSERT INTO {} (kind, id, value) VALUES ('chunk',{},{})",
                                       name_.quoted(), progress.chunk, text));
    require(rows == 1, "a chunk that goes on has a row");
}

bool checkpoint_table::chunk_is_recorded(db::session& session, const keys::key_codec& codec,
                                         const chunk_progress& progress) const {
    return session.query(
               fmt::format("SELECT value={} FROM {} WHERE kind='chunk' AND id={} FOR SHARE",
                           text_of(codec, progress), name_.quoted(), progress.chunk)) ==
           std::vector<db::row>{{"1"}};
}

void checkpoint_table::write_as_owner(db::session& session, const std::string& sql) const {
    session.execute("START TRANSACTION");
    check_owner(session);
    session.execute(sql);
    session.execute("COMMIT");
}

void checkpoint_table::prune_chunks_below(db::session& session, std::uint64_t chunk) const {
    write_as_owner(
        session, fmt::format("DELETE FROM {} WHERE kind='chunk' AND id<{}", name_.quoted(), chunk));
}

void checkpoint_table::record_phase(db::session& session, const std::string& phase) const {
    write_as_owner(session, fmt::format("UPDATE {} SET value={} WHERE kind='phase' AND id=0",
                                        name_.quoted(), quoted_literal(phase)));
}

}  // namespace segue::tables
