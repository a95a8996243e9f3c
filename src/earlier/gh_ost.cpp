#include "src/earlier/gh_ost.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/growing_interval.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/utf8.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <openssl/sha.h>

namespace segue::earlier {
namespace {

using std::chrono::seconds;

// https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
constexpr std::size_t lock_name_characters_max = 64;
// A server notices a client whose machine is gone by TCP's keepalive, which is often set to less.
constexpr seconds lock_awaited{120};
constexpr std::chrono::milliseconds lock_look_interval{1'000};
// Who holds the lock says something on that connection every two seconds (gh_ost_lock).
constexpr seconds silence_of_the_living{4};

std::string sha1_hex(std::string_view text) {
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::string hex;
    for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
    return hex;
}

// Taken before gh-ost's lock by each Segue, so that one is known by it. Names of locks do not
// distinguish case, gh-ost's among them.
std::string mark_of_segue(const table_name& original) {
    return fmt::format("CONCAT('segue-run/', LEFT(SHA2({},256),50))",
                       quoted_literal(sql::fold_case(original.quoted())));
}

std::uint64_t holder_of(db::session& session, const std::string& name_expression) {
    const auto holder =
        session.query_value(fmt::format("SELECT IS_USED_LOCK({})", name_expression));
    return holder ? db::to_uint64(holder, "IS_USED_LOCK()") : 0;
}

bool taken(db::session& session, const std::string& name_expression) {
    return session.query_value(fmt::format("SELECT GET_LOCK({}, 0)", name_expression)) == "1";
}

gh_ost_lock_holder holder_now(db::session& session, const table_name& original) {
    using kind = gh_ost_lock_holder::kind;
    const std::uint64_t segue = holder_of(session, mark_of_segue(original));
    for (const std::string& name : gh_ost_lock_names(original)) {
        const std::uint64_t holder = holder_of(session, quoted_literal(name));
        if (holder == 0 || holder == session.connection_id()) continue;
        return {.of = holder == segue ? kind::another_segue : kind::somebody_else,
                .connection = holder,
                .name = name};
    }
    return {};
}

// "" where the account may not see it.
std::string account_of(db::session& session, std::uint64_t connection) {
    try {
        const auto found = session.query(fmt::format(
            R"(SELECT CONCAT(' (', PROCESSLIST_USER, '@', PROCESSLIST_HOST, ')')
               FROM performance_schema.threads WHERE PROCESSLIST_ID={})",
            connection));
        return found.empty() ? "" : found.front()[0].value_or("");
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return "";
    }
}

// Since it said something last; unset where the account may not see it. Connections of its own each
// account may.
// https://dev.mysql.com/doc/refman/8.4/en/show-processlist.html
std::optional<seconds> silence_of(db::session& session, std::uint64_t connection) {
    const std::string id = std::to_string(connection);
    try {
        for (const db::named_row& one : session.query_named("SHOW PROCESSLIST"))
            if (one.at("Id") == id) return seconds(db::to_uint64(one.at("Time"), "Time"));
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
    }
    return std::nullopt;
}

// Of the table; empty where there is none.
std::vector<std::string> columns_of(db::session& session, const table_name& table) {
    std::vector<std::string> names;
    for (const db::row& one :
         session.query(fmt::format(R"(SELECT COLUMN_NAME FROM information_schema.COLUMNS
                            WHERE TABLE_SCHEMA={} AND TABLE_NAME={} ORDER BY ORDINAL_POSITION)",
                                   quoted_literal(table.schema), quoted_literal(table.name))))
        names.push_back(one[0].value_or(""));
    return names;
}

// Of its last row; false where it cannot be read.
bool was_cut_over(db::session& session, const table_name& checkpoint) {
    try {
        const auto last = session.query(
            fmt::format("SELECT gh_ost_is_cutover FROM {} ORDER BY gh_ost_chk_id DESC LIMIT 1",
                        checkpoint.quoted()));
        return !last.empty() && last.front()[0] == "1";
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return false;
    }
}

}  // namespace

std::vector<std::string> gh_ost_lock_names(const table_name& original) {
    constexpr std::string_view prefix = "gh-ost::";
    const std::string table = original.schema + "." + original.name;
    const std::string plain = std::string(prefix) + table;
    std::vector<std::string> names;
    if (characters_in(plain) <= lock_name_characters_max) names.push_back(plain);
    for (const std::string& hashed : {table, plain})
        names.push_back(std::string(prefix) + sha1_hex(hashed));
    return names;
}

gh_ost_lock_holder take_gh_ost_lock(db::session& session, const table_name& original) {
    using kind = gh_ost_lock_holder::kind;
    if (!taken(session, mark_of_segue(original)))
        return {.of = kind::another_segue, .connection = 0, .name = {}};
    for (const std::string& name : gh_ost_lock_names(original)) {
        if (taken(session, quoted_literal(name))) continue;
        const std::uint64_t holder = holder_of(session, quoted_literal(name));
        session.execute("DO RELEASE_ALL_LOCKS()");
        return {.of = kind::somebody_else, .connection = holder, .name = name};
    }
    return {};
}

std::string words_of(db::session& session, const table_name& original,
                     const gh_ost_lock_holder& holder) {
    return fmt::format("gh-ost is at work on {}: connection {}{} has its lock {}",
                       original.quoted(), holder.connection, account_of(session, holder.connection),
                       quoted_literal(holder.name));
}

std::optional<refusal> gh_ost_at_work(db::session& session, const table_name& original) {
    const auto holder = holder_now(session, original);
    if (holder.of != gh_ost_lock_holder::kind::somebody_else) return std::nullopt;
    return refusal{words_of(session, original, holder),
                   "Nothing was changed. Drop none of its tables: let it finish, or end it first."};
}

std::optional<refusal> segue_at_work(db::session& session, const migration_tables& tables,
                                     const std::function<bool(std::uint64_t connection)>& is_ours,
                                     const std::stop_token& stop) {
    using std::chrono::steady_clock;
    const table_name& original = tables.original;
    const auto began = steady_clock::now();
    std::optional<seconds> silent;
    int signs_of_life = 0;
    for (growing_interval told;;) {
        const bool has_tables = servers::exists(session, tables.checkpoint);
        const auto holder = holder_now(session, original);
        if (holder.of != gh_ost_lock_holder::kind::another_segue) return std::nullopt;
        if (is_ours && is_ours(holder.connection)) return std::nullopt;
        const std::string who = fmt::format("connection {}{}", holder.connection,
                                            account_of(session, holder.connection));
        const auto before = std::exchange(silent, silence_of(session, holder.connection));
        // Once may be the end of a statement whose process has died.
        if (before && silent && *silent < *before && ++signs_of_life > 1)
            return refusal{fmt::format("another run of Segue is at work on {}: {} has its lock, "
                                       "and is alive{}",
                                       original.quoted(), who,
                                       has_tables ? ""
                                                  : "; it is starting or ending, or has tables of "
                                                    "other names"),
                           "Nothing was changed. Let it finish, or end it first: on its machine "
                           "`segue status` tells how far it is, and `segue ctl panic` ends it."};
        if (has_tables && silent && *silent > silence_of_the_living) return std::nullopt;
        if (steady_clock::now() - began >= lock_awaited)
            return refusal{
                fmt::format("another run of Segue has the lock of {}: {}. It has not ended within "
                            "{} seconds",
                            original.quoted(), who, lock_awaited.count()),
                fmt::format("Nothing was changed. If that run is dead (its machine or network is "
                            "gone), end its connection: KILL {};",
                            holder.connection)};
        if (told.due(machine_clock().now()))
            log::write(log::level::warning,
                       fmt::format("waiting for the lock of {} that another run of Segue has: {}",
                                   original.quoted(), who));
        pause_for(lock_look_interval, stop);
    }
}

bool is_changelog_of_gh_ost(db::session& session, const table_name& changelog) {
    if (columns_of(session, changelog) !=
        std::vector<std::string>{"id", "last_update", "hint", "value"})
        return false;
    const auto comment = session.query_value(
        fmt::format(R"(SELECT TABLE_COMMENT FROM information_schema.TABLES
                       WHERE TABLE_SCHEMA={} AND TABLE_NAME={})",
                    quoted_literal(changelog.schema), quoted_literal(changelog.name)));
    return !comment.value_or("").starts_with("Segue: ");
}

std::optional<refusal> checkpoint_of_gh_ost(db::session& session, const migration_tables& tables) {
    const auto columns = columns_of(session, tables.checkpoint);
    const auto has = [&](std::string_view name) {
        return std::ranges::find(columns, name) != columns.end();
    };
    if (!has("gh_ost_chk_id") || !has("gh_ost_chk_coords")) return std::nullopt;
    const std::string what = tables.checkpoint.quoted();
    if (was_cut_over(session, tables.checkpoint))
        return refusal{
            fmt::format("{} is gh-ost's: it has swapped a migration of this table, and needs that "
                        "table to revert it (gh-ost --revert)",
                        what),
            fmt::format("Nothing was changed. Segue never drops it. If that migration shall stay, "
                        "drop it by hand: DROP TABLE {};",
                        what)};
    return refusal{
        fmt::format("{} is gh-ost's: the state of a migration of this table that it has begun, and "
                    "can resume",
                    what),
        fmt::format("Nothing was changed. Segue never drops it. Let gh-ost finish (the same "
                    "command with --resume); or, if no gh-ost is at work and that one is given up, "
                    "drop what it left by hand: DROP TABLE IF EXISTS {}, {}, {};",
                    tables.ghost.quoted(), tables.changelog.quoted(), what)};
}

}  // namespace segue::earlier
