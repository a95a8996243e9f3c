#include "src/db/session_factory.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/server_errors.hpp"
#include "src/base/table_name.hpp"
#include "src/base/utf8.hpp"
#include "src/db/client_options.hpp"
#include "src/db/connector.hpp"
#include "src/wire/login_failure.hpp"
#include "src/wire/probe.hpp"
#include "src/wire/renewed_login.hpp"
#include "src/wire/server_failure.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::db {
namespace {

constexpr std::chrono::minutes work_timeout{10};
constexpr std::chrono::hours patient_timeout{1};
constexpr std::chrono::minutes beat_timeout{1};

// After it the server ends the session.
std::chrono::seconds idle_timeout(session_role role) noexcept {
    const bool often = role == session_role::work || role == session_role::beat;
    return often ? std::chrono::minutes(2) : std::chrono::hours(8);
}

// Of the server's sql_mode, what decides on the columns and the values that an ALTER TABLE makes,
// and on nothing else that we say.
// https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html
std::string modes_of_the_server() {
    std::string added;
    for (const std::string mode : {"ALLOW_INVALID_DATES", "ERROR_FOR_DIVISION_BY_ZERO",
                                   "HIGH_NOT_PRECEDENCE", "NO_UNSIGNED_SUBTRACTION",
                                   "PIPES_AS_CONCAT", "REAL_AS_FLOAT", "TIME_TRUNCATE_FRACTIONAL"})
        added += ",IF(FIND_IN_SET('" + mode + "',@@GLOBAL.sql_mode),'" + mode + "',NULL)";
    return added;
}

sql::ConnectOptionsMap connect_map(const wire::connection_options& options, session_role role,
                                   std::chrono::milliseconds answer_at_least, bool encrypt) {
    sql::ConnectOptionsMap map;
    const auto& server = options.server;
    map["hostName"] =
        server.socket.empty()
            ? sql::SQLString("tcp://" + server.host + ":" + std::to_string(server.port))
            : sql::SQLString("unix://" + server.socket);
    map["userName"] = sql::SQLString(options.user);
    map["password"] = sql::SQLString(options.password);
    map["OPT_CONNECT_TIMEOUT"] = whole_seconds(options.connect_timeout);
    map["OPT_READ_TIMEOUT"] =
        whole_seconds(std::max(answer_at_least, answer_timeout(role, options)));
    map["OPT_WRITE_TIMEOUT"] = whole_seconds(options.read_timeout);
    map["OPT_RECONNECT"] = false;
    map["OPT_LOCAL_INFILE"] = 0;
    map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
    // What the connector itself asks when it connects is refused under a small max_join_size.
    map["preInit"] = sql::SQLString("SET SESSION sql_big_selects=1");
    if (encrypt) {
        map["sslEnforce"] = true;
        // It would check the name as well. The other modes take the certificate that was shown when
        // the server was looked at, and no other.
        map["sslVerify"] = options.tls.mode == wire::tls_mode::verify_identity;
        if (!options.tls.ca_file.empty()) map["sslCA"] = sql::SQLString(options.tls.ca_file);
        if (!options.tls.cert_file.empty()) map["sslCert"] = sql::SQLString(options.tls.cert_file);
        if (!options.tls.key_file.empty()) map["sslKey"] = sql::SQLString(options.tls.key_file);
    }
    return map;
}

std::unique_ptr<sql::Connection> log_in(const wire::connection_options& options, session_role role,
                                        std::chrono::milliseconds answer_at_least) {
    // Connector/C++ over libmariadb sends a password in clear text to a server without TLS unless
    // it verifies the certificate, so the server is looked at first; and to one that asks for it.
    wire::server_offer seen;
    if (options.tls.mode != wire::tls_mode::disabled) seen = wire::probe(options, {});
    const bool pinned = seen.encrypted && options.tls.mode != wire::tls_mode::verify_identity;
    const client_options more(pinned ? seen.fingerprint : "");
    try {
        auto made = translated(/*changes_something=*/false, [&] {
            sql::ConnectOptionsMap map =
                connect_map(options, role, answer_at_least, seen.encrypted);
            map["readDefaultFile"] = sql::SQLString(more.path());
            map["readDefaultGroup"] = sql::SQLString(client_options::group);
            return std::unique_ptr<sql::Connection>(connector_driver().connect(map));
        });
        wire::login_succeeded(options);
        return made;
    } catch (const error& failure) {
        throw wire::login_failure(failure, options);
    }
}

// Without it what is done in the session fails with words of its own, or needs none.
void use_if_there(session& made, const std::string& schema) {
    try {
        made.execute("USE " + quoted_name(schema));
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::bad_db_error &&
            failure.mysql_errno() != er::dbaccess_denied_error)
            throw;
    }
}

std::shared_ptr<wire::server_patience> usual_patience() {
    constexpr std::chrono::minutes most{10};
    return std::make_shared<wire::server_patience>(
        most, [](const std::string& text) { log::write(log::level::warning, text); });
}

struct connector_thread {
    connector_thread() { connector_driver().threadInit(); }
    ~connector_thread() { connector_driver().threadEnd(); }
};

}  // namespace

sql::Driver& connector_driver() {
    static sql::Driver* const driver = get_driver_instance();
    return *driver;
}

void use_connector_in_this_thread() {
    thread_local const connector_thread in_use;
    static_cast<void>(in_use);
}

void throw_translated(const sql::SQLException& failure, bool changes_something) {
    const int number = failure.getErrorCode();
    error_properties properties =
        wire::properties_of(number, failure.getSQLState(), failure.what());
    properties.outcome_unknown = properties.connection_lost && changes_something;
    // libmariadb takes bytes of the login, too, for the name of a plugin.
    throw error(fmt::format("{} (MySQL error {})", printable(failure.what()), number),
                std::move(properties));
}

std::string_view session_settings() {
    // The storage engine and the way of ALTER TABLE: what a replica has that runs our ALTERs, as
    // these are not in the binary log. The character sets: as a client of the server's own has
    // them, and not libmariadb's, since an index over CAST(... AS CHAR) takes its collation from
    // there.
    static const std::string settings = fmt::format(
        R"(SET SESSION
           transaction_isolation='READ-COMMITTED',
           sql_mode=CONCAT_WS(',',
           'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'{}),
           time_zone=@@GLOBAL.time_zone,
           autocommit=1, completion_type='NO_CHAIN', transaction_read_only=0,
           sql_select_limit=18446744073709551615, sql_safe_updates=0, sql_big_selects=1,
           sql_auto_is_null=0,
           max_execution_time=0,
           unique_checks=1, foreign_key_checks=1, range_optimizer_max_mem_size=0,
           group_concat_max_len=1048576, lock_wait_timeout=5, innodb_lock_wait_timeout=5,
           net_read_timeout=60, net_write_timeout=60,
           show_create_table_verbosity=0, sql_quote_show_create=1,
           default_storage_engine='InnoDB', old_alter_table=OFF,
           optimizer_switch='default',
           eq_range_index_dive_limit=200,
           character_set_client='utf8mb4', character_set_results='utf8mb4',
           collation_connection=@@SESSION.default_collation_for_utf8mb4)",
        modes_of_the_server());
    return settings;
}

// The zone also by what it makes of two moments, in winter and in summer: 'SYSTEM' and the names
// that a system has for it do not tell.
std::string conversion_settings(session& of) {
    const row found = of.query_row(
        R"(SELECT CONCAT_WS('\n',
             CONCAT('time_zone=', @@SESSION.time_zone, ' ', FROM_UNIXTIME(1705312800), ' ',
               FROM_UNIXTIME(1721037600)),
             CONCAT('sql_mode=', @@SESSION.sql_mode),
             CONCAT('collation_connection=', @@SESSION.collation_connection),
             CONCAT('default_collation_for_utf8mb4=', @@SESSION.default_collation_for_utf8mb4),
             CONCAT('div_precision_increment=', @@SESSION.div_precision_increment),
             CONCAT('default_week_format=', @@SESSION.default_week_format),
             CONCAT('lc_time_names=', @@SESSION.lc_time_names),
             CONCAT('block_encryption_mode=', @@SESSION.block_encryption_mode)))");
    return found[0].value_or("");
}

int whole_seconds(std::chrono::milliseconds duration) noexcept {
    return static_cast<int>(std::max<std::int64_t>(1, (duration.count() + 999) / 1000));
}

std::chrono::milliseconds answer_timeout(session_role role,
                                         const wire::connection_options& options) noexcept {
    switch (role) {
        case session_role::work:
            return work_timeout;
        case session_role::patient:
            return patient_timeout;
        case session_role::beat:
            return std::max<std::chrono::milliseconds>(beat_timeout, options.read_timeout);
        case session_role::control:
            break;
    }
    return options.read_timeout;
}

namespace {

// What decides how values are converted, and what expressions make of them.
constexpr std::array held_settings{
    "time_zone",           "sql_mode",      "collation_connection", "div_precision_increment",
    "default_week_format", "lc_time_names", "block_encryption_mode"};

// The server's were changed since; what was written so far was converted by the first.
void hold(session& made, const row& first, const row& now) {
    for (std::size_t i = 0; i < held_settings.size(); ++i) {
        if (now[i] == first[i]) continue;
        const std::string value = first[i].value_or("");
        const bool is_number = !value.empty() && std::ranges::all_of(value, [](char c) {
            return c >= '0' && c <= '9';
        });
        made.execute(fmt::format("SET SESSION {}={}", held_settings[i],
                                 is_number ? value : quoted_literal(value)));
    }
}

}  // namespace

session_factory::session_factory(wire::connection_options options,
                                 std::shared_ptr<wire::server_patience> patience)
    : options_(std::move(options)),
      patience_(patience ? std::move(patience) : usual_patience()),
      live_(std::make_shared<live_sessions>()) {}

session_factory::session_factory(const session_factory& watched, unwatched_tag)
    : options_(watched.options_),
      patience_(watched.patience_),
      live_(watched.live_),
      schema_(watched.schema_) {
    std::lock_guard lock(watched.mutex_);
    server_uuid_ = watched.server_uuid_;
    held_ = watched.held_;
}

session session_factory::connect(session_role role, std::chrono::milliseconds answer_at_least) {
    use_connector_in_this_thread();
    return translated(/*changes_something=*/false, [&] {
        auto held = std::make_unique<session::state>(live_);
        held->connection =
            wire::with_current_login(options_, [&](const wire::connection_options& with) {
                return log_in(with, role, answer_at_least);
            });
        session made(std::move(held));
        // What the server's init_connect may have begun: our commits would be none within it.
        made.execute("ROLLBACK AND NO CHAIN NO RELEASE");
        made.execute("UNLOCK TABLES");
        // Before any value in quotes: under a collation_connection like utf16_bin the server takes
        // none for a variable's that has names for values.
        made.execute("SET NAMES utf8mb4");
        made.execute(std::string(session_settings()) +
                     ", wait_timeout=" + std::to_string(idle_timeout(role).count()));
        row identity =
            made.query_row(fmt::format("SELECT CONNECTION_ID(), @@server_uuid, @@SESSION.{}",
                                       fmt::join(held_settings, ", @@SESSION.")));
        made.state_->connection_id = to_uint64(identity[0], "CONNECTION_ID()");
        live_->add(made.connection_id());
        const std::string uuid = identity[1].value_or("");
        identity.erase(identity.begin(), identity.begin() + 2);
        std::unique_lock lock(mutex_);
        if (server_uuid_.empty()) {
            server_uuid_ = uuid;
            held_ = identity;
        }
        if (uuid != server_uuid_)
            throw error("the server at " + options_.server.text() + " is now " + uuid +
                        ", no longer " + server_uuid_ +
                        ": a failover took place, or a proxy spreads connections over several "
                        "servers. Connect to the primary itself, and start again.");
        const row first = held_;
        lock.unlock();
        hold(made, first, identity);
        if (!schema_.empty()) use_if_there(made, schema_);
        if (look_) look_(made);
        return made;
    });
}

void session_factory::kill_query(std::uint64_t connection_id) {
    try {
        connect(session_role::control).execute("KILL QUERY " + std::to_string(connection_id));
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::no_such_thread) throw;
    }
}

void session_factory::kill_running_statements() noexcept {
    try {
        session killer = unwatched().connect(session_role::control);
        for (const std::uint64_t id : live_->all()) {
            if (id == killer.connection_id()) continue;
            try {
                killer.execute("KILL QUERY " + std::to_string(id));
            } catch (const error&) {
                // It ended meanwhile.
            }
        }
    } catch (...) {
        // Read timeouts end the statements then.
    }
}

bool session_factory::was_ours(std::uint64_t connection_id) const {
    return live_->contained(connection_id);
}

bool session_factory::is_ours(std::uint64_t connection_id) const {
    return live_->contains(connection_id);
}

std::string session_factory::server_uuid() const {
    std::lock_guard lock(mutex_);
    return server_uuid_;
}

}  // namespace segue::db
