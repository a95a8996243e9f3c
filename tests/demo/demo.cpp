#include "tests/demo/demo.hpp"

#include "src/base/error.hpp"
#include "tests/demo/story.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/segue_process.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <random>
#include <regex>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace segue::demo {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr unsigned writer_count = 4;
constexpr std::string_view account = "segue_demo";
constexpr milliseconds between_notes{250};
// A wait that the swap caused is told by its writer shortly after; segue tells of the swap only
// when it has cleaned up.
constexpr seconds before_swap_told{3};
constexpr seconds after_swap_told{1};
constexpr double throttle_from_percent = 10;
// Below it the copy may be over before a status line has told how far it is.
constexpr std::uint64_t rows_to_see_progress = 1'000'000;
constexpr seconds throttled_for{3};
constexpr std::chrono::minutes statement_limit{30};
constexpr std::chrono::minutes replica_limit{10};

// More patient than an application, since a native ALTER of all rows is one statement.
wire::connection_options patient(const test::sandbox_server& server) {
    auto options = server.over_tcp();
    options.read_timeout = statement_limit;
    return options;
}

std::string random_password() {
    std::random_device device;
    return fmt::format("{:08x}{:08x}{:08x}", device(), device(), device());
}

void make_file(const std::filesystem::path& path) {
    if (!std::ofstream(path, std::ios::app)) throw error("cannot write " + path.string());
}

/// The part of all rows that is copied, if the line is a status line.
std::optional<double> copied_percent(const std::string& line) {
    static const std::regex status(R"(Copy: \d+/\d+ ([0-9.]+)%; .*)");
    std::smatch match;
    if (!std::regex_match(line, match, status)) return std::nullopt;
    return std::stod(match[1].str());
}

bool contains(const std::string& line, std::string_view part) {
    return line.find(part) != std::string::npos;
}

/// The flag file of --throttle-flag-file: created when some rows are copied, and removed when it
/// was seen in the status line for a while.
class throttling_once {
  public:
    throttling_once(std::filesystem::path file, console& shown)
        : file_(std::move(file)), shown_(shown) {}

    /// For a table that is copied before the first status line.
    void begin() {
        make_file(file_);
        began_ = true;
        shown_.line("The demo creates the throttle flag file.");
    }

    void look_at(const std::string& line) {
        const auto percent = copied_percent(line);
        if (!percent || ended_) return;
        if (!began_ && *percent >= throttle_from_percent) begin();
        if (contains(line, "throttled, flag-file")) {
            if (!seen_) seen_ = steady_clock::now();
            if (steady_clock::now() - *seen_ >= throttled_for) end();
        }
    }

    bool seen() const { return seen_.has_value(); }

  private:
    void end() {
        std::filesystem::remove(file_);
        ended_ = true;
        shown_.line("The demo removes the throttle flag file.");
    }

    const std::filesystem::path file_;
    console& shown_;
    bool began_ = false;
    bool ended_ = false;
    std::optional<steady_clock::time_point> seen_;
};

}  // namespace

demo::demo(const demo_options& wanted, std::filesystem::path folder)
    : wanted_(wanted), folder_(std::move(folder)), password_(random_password()) {
    found_.rows = wanted.rows;
    found_.writers = writer_count;
}

bool demo::run() {
    const auto began = steady_clock::now();
    start_servers();
    fill_table();
    let_writers_begin();
    migrate_under_writers();
    if (found_.first.segue.exit_code == 0) {
        prove_by_ledger();
        migrate_with_a_pause();
        if (found_.second.segue.exit_code == 0) {
            prove_by_native_alter();
            prove_on_replica();
        }
    }
    found_.writers_report = writers_->report();
    found_.took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
    print_summary(shown_, found_);
    const bool passed = problems_of(found_).empty();
    if (!passed && wanted_.keep) wait_for_interrupt();
    return passed;
}

void demo::start_servers() {
    shown_.step("Servers: a primary and a replica of it");
    primary_ = std::make_unique<test::sandbox_server>();
    // A replica on the same disk, so it is spared the waits for the disk at each commit.
    replica_ = std::make_unique<test::sandbox_server>(
        test::server_options{.mysqld = {"--sync-binlog=0", "--innodb-flush-log-at-trx-commit=2"},
                             .replica_of = primary_.get()});
    shown_.line(fmt::format("MySQL {} on 127.0.0.1: primary on port {}, replica on port {}.",
                            primary_->version(), primary_->port(), replica_->port()));
    // An account of its own, with no more than segue needs; it goes to the replica as well.
    auto root = primary_->root();
    const auto schema = segue::quoted_name(orders_table().schema);
    const auto user = fmt::format("'{}'@'%'", account);
    root.execute("CREATE DATABASE " + schema);
    root.execute(fmt::format("CREATE USER {} IDENTIFIED BY '{}'", user, password_));
    root.execute(
        fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, "
                    "TRIGGER, LOCK TABLES ON {}.* TO {}",
                    schema, user));
    root.execute(
        fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT, PROCESS, "
                    "XA_RECOVER_ADMIN ON *.* TO {}",
                    user));
    root.execute(fmt::format("GRANT SELECT ON performance_schema.* TO {}", user));
}

void demo::fill_table() {
    shown_.step(
        fmt::format("Table: {} with {} rows", orders_table().quoted(), count_text(wanted_.rows)));
    test::application_session session(patient(*primary_));
    test::create_and_fill(session, orders_table(), orders(), wanted_.rows);
    // So that the server's estimate of its size, which segue shows, is not of an empty table.
    session.query("ANALYZE TABLE " + orders_table().quoted());
    const auto made = session.query("SHOW CREATE TABLE " + orders_table().quoted());
    const auto definition = made.at(0).at(1).value();
    for (std::size_t at = 0; at < definition.size();) {
        const auto end = std::min(definition.find('\n', at), definition.size());
        shown_.line("  " + definition.substr(at, end - at));
        at = end + 1;
    }
}

void demo::let_writers_begin() {
    shown_.step(
        fmt::format("Writers: {} of them insert, update, delete, change keys and swap "
                    "unique values",
                    writer_count));
    test::workload_options options;
    options.writers = writer_count;
    options.rate_per_second = wanted_.rate_per_second;
    writers_ =
        std::make_unique<test::workload>(primary_->over_tcp(), orders_table(), orders(), options);
    writers_->start();
    std::this_thread::sleep_for(wanted_.alone);
    const auto report = writers_->report();
    found_.longest_alone = report.longest;
    for (const auto& [number, seen] : report.errors) found_.errors_alone += seen.count;
    shown_.line(fmt::format("{} transactions in {} seconds; from now on they never stop.",
                            count_text(report.transactions), wanted_.alone.count()));
}

void demo::migrate_under_writers() {
    shown_.step("Migration 1: swapped while the writers write");
    const auto flag = folder_ / "throttle";
    throttling_once throttling(flag, shown_);
    if (wanted_.rows < rows_to_see_progress) throttling.begin();
    found_.first = migrate(segue_arguments(first_alter(), {"--throttle-flag-file", flag.string()}),
                           [&](const std::string& line) { throttling.look_at(line); });
    found_.first.throttled = throttling.seen();
    // The table that the writers find now is the new one.
    std::this_thread::sleep_for(std::max(wanted_.alone, after_swap_told));
    note_waits();
    const auto swapped = found_.first.segue.swapped;
    found_.first.longest_around_swap =
        longest_between(swapped - before_swap_told, swapped + after_swap_told);
}

void demo::prove_by_ledger() {
    shown_.step("Proof 1: what the server acknowledged to the writers, against the new table");
    writers_->pause();
    found_.acknowledged_first = writers_->report().transactions;
    found_.ledger_first = writers_->compare();
    shown_.line(found_.ledger_first.text());
    writers_->resume();
}

void demo::migrate_with_a_pause() {
    shown_.step("Migration 2: the swap is postponed until the writers pause");
    const auto flag = folder_ / "postpone";
    std::optional<steady_clock::time_point> postponed;
    bool released = false;
    found_.second =
        migrate(segue_arguments(second_alter(), {"--postpone-cut-over-flag-file", flag.string(),
                                                 "--initially-drop-old-table"}),
                [&](const std::string& line) {
                    if (released || !contains(line, "postponing cut-over")) return;
                    if (!postponed) postponed = steady_clock::now();
                    // The table is kept in step meanwhile.
                    if (steady_clock::now() - *postponed < wanted_.alone) return;
                    writers_->pause();
                    shown_.line("The writers pause; the demo removes the postpone flag file.");
                    std::filesystem::remove(flag);
                    released = true;
                });
    found_.second.postponed = released;
    found_.acknowledged_second = writers_->report().transactions;
}

void demo::prove_by_native_alter() {
    const auto table = orders_table();
    shown_.step("Proof 2: the new table against a native ALTER TABLE of the old one, row by row");
    found_.oracle = test::compare_with_native_alter(
        patient(*primary_),
        {.table = table, .old_table = migration_tables::of(table).old, .alter = second_alter()});
    shown_.line(found_.oracle.text());
    shown_.step("Proof 3: the ledger once more");
    found_.ledger_second = writers_->compare();
    shown_.line(found_.ledger_second.text());
}

void demo::prove_on_replica() {
    shown_.step("Proof 4: the replica holds the same table");
    test::application_session primary(patient(*primary_));
    test::application_session replica(patient(*replica_));
    const auto executed = primary.query_value("SELECT @@GLOBAL.gtid_executed").value();
    const auto limit = std::chrono::duration_cast<seconds>(replica_limit).count();
    found_.replica.caught_up =
        replica.query_value(fmt::format("SELECT WAIT_FOR_EXECUTED_GTID_SET({}, {})",
                                        quoted_literal(executed), limit)) == "0";
    const auto state = [](test::application_session& session) {
        const auto table = orders_table().quoted();
        const auto sum = session.query("CHECKSUM TABLE " + table).at(0).at(1).value_or("none");
        return sum + session.query("SHOW CREATE TABLE " + table).at(0).at(1).value();
    };
    found_.replica.equal = found_.replica.caught_up && state(primary) == state(replica);
    shown_.line(found_.replica.equal ? "Definition and CHECKSUM TABLE are the same."
                                     : "It does not.");
}

void demo::wait_for_interrupt() const {
    fmt::print(
        "The servers stay for a look, until Ctrl-C:\n"
        "  SEGUE_SANDBOX_DIR={} scripts/sandbox client {}\n",
        primary_->data_folder().parent_path().parent_path().string(), primary_->name());
    std::fflush(stdout);
    while (true) ::pause();
}

std::vector<std::string> demo::segue_arguments(const std::string& alter,
                                               const std::vector<std::string>& more) {
    const auto table = orders_table();
    std::vector<std::string> arguments{"--host",
                                       primary_->host(),
                                       "--port",
                                       std::to_string(primary_->port()),
                                       "--user",
                                       std::string(account),
                                       "--database",
                                       table.schema,
                                       "--table",
                                       table.name,
                                       "--alter",
                                       alter,
                                       "--approve-renamed-columns",
                                       "--max-load",
                                       "Threads_running=50",
                                       "--throttle-control-replicas",
                                       fmt::format("{}:{}", replica_->host(), replica_->port())};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.emplace_back("--execute");
    std::string command = "MYSQL_PWD=... segue";
    for (const auto& argument : arguments) {
        if (argument.starts_with("--")) {
            command += " \\\n       " + argument;
        } else if (argument.find(' ') != std::string::npos) {
            command += " \"" + argument + "\"";
        } else {
            command += " " + argument;
        }
    }
    shown_.line(command);
    return arguments;
}

migration_seen demo::migrate(const std::vector<std::string>& arguments,
                             const std::function<void(const std::string&)>& on_line) {
    migration_seen seen;
    writers_->reset_longest_wait();
    waits_.clear();
    const auto transactions = writers_->report().transactions;
    seen.segue = run_segue(
        shown_, arguments, test::segue_variables(*primary_, {{"MYSQL_PWD", password_}}),
        {.on_line = on_line, .on_tick = [this] {
             if (waits_.empty() || steady_clock::now() - waits_.back().until >= between_notes)
                 note_waits();
         }});
    note_waits();
    seen.transactions = writers_->report().transactions - transactions;
    seen.longest = longest_between(steady_clock::time_point::min(), steady_clock::now());
    return seen;
}

void demo::note_waits() {
    waits_.push_back({.until = steady_clock::now(), .longest = writers_->reset_longest_wait()});
}

test::longest_wait demo::longest_between(steady_clock::time_point from,
                                         steady_clock::time_point to) const {
    test::longest_wait longest;
    for (const auto& note : waits_)
        if (note.until >= from && note.until <= to + between_notes &&
            note.longest.duration > longest.duration)
            longest = note.longest;
    return longest;
}

}  // namespace segue::demo
