#include "tests/chaos/scene.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/support/patience.hpp"

#include <algorithm>
#include <functional>
#include <thread>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds between_looks{20};
constexpr std::chrono::seconds orphan_age{4};
constexpr std::chrono::seconds segue_gone_limit{90};
const std::string writers_account = "application";

/// False when `condition` has not become true in time.
bool becomes_true(const std::function<bool()>& condition, milliseconds limit) {
    for (const auto deadline = steady_clock::now() + limit; !condition();) {
        if (steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(between_looks);
    }
    return true;
}

wire::connection_options login(const test::sandbox_server& server, const std::string& user) {
    auto options = server.over_tcp();
    options.user = user;
    options.password = scene::password;
    return options;
}

}  // namespace

const std::string scene::segue_account = "segue_runs";
const std::string scene::password = "in chaos";

scene::scene(const plan& of, server_pool& pool)
    : plan_(of), tables_(migration_tables::of({fmt::format("chaos_{}", of.seed), "orders"})) {
    if (of.with_replica) {
        const auto pair = server_pool::pair_for(of);
        primary_ = pair.primary;
        replica_ = pair.replica;
    } else {
        primary_ = pool.server_for(of);
    }
    set_up_server(of);
    make_accounts();
    make_table(of);
    segue_proxy_ = std::make_unique<test::fault_proxy>(primary_->over_tcp().server);
    writers_proxy_ = std::make_unique<test::fault_proxy>(primary_->over_tcp().server);
    writers_ =
        std::make_unique<test::workload>(writers_proxy_->through(login(*primary_, writers_account)),
                                         tables_.original, of.table, of.writing);
    if (of.late_acknowledgement.count() > 0)
        late_ = std::make_unique<test::late_replica>(primary_->over_tcp(), of.late_acknowledgement);
}

scene::~scene() {
    writers_.reset();
    late_.reset();
    if (plan_.with_replica) return;
    try {
        roll_back_orphans(/*all=*/true);
        root("").execute("DROP DATABASE IF EXISTS " + segue::quoted_name(tables_.original.schema));
    } catch (const std::exception& failed) {
        fmt::print(stderr, "cleaning up behind seed {}: {}\n", plan_.seed, failed.what());
    }
}

// Kept by the server, as it may be killed and started again.
void scene::set_up_server(const plan& of) {
    auto session = root("");
    const auto set = [&](const char* name, const std::string& literal) {
        session.execute(fmt::format("SET PERSIST {}={}", name, literal));
    };
    set("binlog_row_image", of.row_image);
    set("binlog_row_value_options", of.partial_json ? "'PARTIAL_JSON'" : "''");
    set("binlog_transaction_compression", of.compressed ? "ON" : "OFF");
    set("binlog_order_commits", of.ordered_commits ? "ON" : "OFF");
    set("innodb_flush_log_at_trx_commit", of.durable ? "1" : "0");
    set("sync_binlog", of.durable ? "1" : "0");
}

void scene::make_accounts() {
    auto session = root("");
    for (const auto& account : {segue_account, writers_account}) {
        session.execute(
            fmt::format("CREATE USER IF NOT EXISTS {} IDENTIFIED BY '{}'", account, password));
        session.execute(fmt::format("GRANT ALL ON *.* TO {}", account));
    }
}

void scene::make_table(const plan& of) {
    const auto& table = tables_.original;
    auto session = root("");
    session.execute("DROP DATABASE IF EXISTS " + segue::quoted_name(table.schema));
    session.execute("CREATE DATABASE " + segue::quoted_name(table.schema));
    session.execute("USE " + segue::quoted_name(table.schema));
    test::create_and_fill(session, table, of.table, of.rows);
    for (const auto& sql : of.set_up)
        session.execute(fmt::format(fmt::runtime(sql), table.quoted()));
    definition_ = session.query("SHOW CREATE TABLE " + table.quoted()).at(0).at(1).value();
    if (replica_) wait_replicated();
}

wire::connection_options scene::root_login() {
    auto options = server().over_socket();
    options.user = "root";
    options.password.clear();
    return options;
}

test::application_session scene::root(const std::string& schema) {
    return test::application_session(root_login(), schema);
}

void scene::kill_server(milliseconds down_for) {
    server().kill_hard();
    std::this_thread::sleep_for(down_for);
    server().resume();
}

void scene::wait_replicated() {
    auto options = replica_->over_socket();
    options.user = "root";
    options.password.clear();
    test::application_session on_replica(options);
    const auto waiting_for = root("").query_value("SELECT @@GLOBAL.gtid_executed");
    if (on_replica.query_value(fmt::format("SELECT WAIT_FOR_EXECUTED_GTID_SET('{}', 120)",
                                           waiting_for.value_or(""))) != "0")
        throw error("the replica does not get what the primary has");
}

void scene::promote(milliseconds lag) {
    auto options = replica_->over_socket();
    options.user = "root";
    options.password.clear();
    test::application_session on_replica(options);
    if (lag.count() > 0) {
        on_replica.execute("STOP REPLICA IO_THREAD");
        std::this_thread::sleep_for(lag);
    } else {
        // What is under way comes to its end first.
        writers_->pause();
        wait_replicated();
    }
    on_replica.execute("STOP REPLICA");
    on_replica.execute("RESET REPLICA ALL");
    on_replica.execute("SET GLOBAL super_read_only=OFF");
    on_replica.execute("SET GLOBAL read_only=OFF");
    promoted_ = true;
    for (auto* proxy : {segue_proxy_.get(), writers_proxy_.get()}) {
        proxy->send_to(replica_->over_tcp().server);
        proxy->close_all();
    }
}

void scene::roll_back_orphans(bool all) {
    auto session = root("");
    const auto now = steady_clock::now();
    const auto found = session.query("XA RECOVER CONVERT XID");
    std::vector<orphan> still;
    for (const auto& each : found) {
        const auto& hex = each.at(3).value();
        const auto known = std::ranges::find(prepared_, hex, &orphan::xid);
        const auto since = known == prepared_.end() ? now : known->since;
        if (!all && now - since < orphan_age) {
            still.push_back({hex, since});
            continue;
        }
        try {
            session.execute("XA ROLLBACK " + hex);
        } catch (const error& failed) {
            if (!failed.from_server()) throw;  // else its own session has ended it, or is at it
        }
    }
    prepared_ = still;
}

std::vector<std::string> scene::table_names() {
    std::vector<std::string> names;
    for (const auto& each : root().query("SELECT table_name FROM information_schema.tables WHERE "
                                         "table_schema=DATABASE() ORDER BY table_name"))
        names.push_back(each.at(0).value());
    return names;
}

bool scene::swapped() {
    const auto names = table_names();
    if (std::ranges::find(names, tables_.old.name) != names.end()) return true;
    // A dropped old table leaves the new definition.
    auto session = root();
    const auto now = session.query("SHOW CREATE TABLE " + tables_.original.quoted()).at(0).at(1);
    const auto without_counter = [](const std::string& text) {
        const auto at = text.find(" AUTO_INCREMENT=");
        if (at == std::string::npos) return text;
        const auto end = text.find(' ', at + 1);
        return text.substr(0, at) + (end == std::string::npos ? "" : text.substr(end));
    };
    return without_counter(now.value()) != without_counter(definition_);
}

bool scene::swapped_before_failover() {
    if (!promoted_ || swapped()) return false;
    promoted_ = false;
    const bool there = swapped();
    promoted_ = true;
    return there;
}

bool scene::segue_is_gone() {
    auto session = root();
    return becomes_true(
        [&] {
            return session.query_value(
                       "SELECT COUNT(*) FROM performance_schema.processlist WHERE user='" +
                       segue_account + "'") == "0";
        },
        segue_gone_limit);
}

}  // namespace segue::chaos
