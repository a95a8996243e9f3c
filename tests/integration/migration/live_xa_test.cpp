// The rows of an XA transaction stand in the binary log at XA PREPARE, and become visible at XA
// COMMIT, maybe much later, maybe never.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/late_replica.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

const std::string semisync = "--plugin-load-add=semisync_source.so";

/// A table without writers: the tests make the changes. On the server of the version given; one for
/// all tests of it.
class xa : public testing::TestWithParam<std::string> {
  protected:
    xa() : run(server(), {.rows = 1'000}) {}
    static const sandbox_server& server() {
        if (GetParam().empty()) return shared_server({semisync});
        static const sandbox_server old_server({.mysqld = {semisync}, .version = "8.0"});
        return old_server;
    }

    // An xid of a branch that no other test uses; odd bytes must come through.
    std::string xid(std::string_view name) const {
        return fmt::format("'{}-{}', X'00FF27', 7", run.table().schema, name);
    }
    static void prepare(application_session& session, const std::string& xid,
                        const std::vector<std::string>& statements) {
        session.execute("XA START " + xid);
        for (const auto& sql : statements) session.execute(sql);
        session.execute("XA END " + xid);
        session.execute("XA PREPARE " + xid);
    }
    std::string id_of(unsigned row) {
        return *run.session().query_value(fmt::format(
            "SELECT id FROM {} ORDER BY id LIMIT 1 OFFSET {}", run.table().quoted(), row));
    }
    std::string update(const std::string& id, const std::string& title = "by xa") const {
        return fmt::format("UPDATE {} SET title='{}' WHERE id={}", run.table().quoted(), title, id);
    }
    std::string erase(const std::string& id) const {
        return fmt::format("DELETE FROM {} WHERE id={}", run.table().quoted(), id);
    }
    std::string move(const std::string& id) const {
        return fmt::format("UPDATE {} SET id=id+1000000 WHERE id={}", run.table().quoted(), id);
    }
    value title_in(const table_name& table, const std::string& id) {
        const auto found = run.session().query(
            fmt::format("SELECT title FROM {} WHERE id={}", table.quoted(), id));
        return found.empty() ? std::nullopt : found[0][0];
    }
    /// Returns when what was changed before this call has been flushed.
    void wait_flushed(application_session& by, const std::string& copied_id) {
        by.execute(update(copied_id, "marks the end"));
        eventually("a later change was flushed",
                   [&] { return title_in(run.tables().ghost, copied_id) == "marks the end"; });
    }
    /// The session that has prepared a change of the table goes on with `then`, in a transaction
    /// that stays open; the start waits for the prepared one all the same.
    void expect_waited_for_beside(const std::string& then) {
        auto other = run.new_session();
        const auto name = xid("left behind");
        const auto id = id_of(800);
        prepare(other, name, {update(id)});
        other.execute("BEGIN");
        other.execute(then);
        run.start({.postponed = true});
        run.segue().wait_for_output("waiting for XA transactions");
        EXPECT_EQ(run.times_told("phase: copy"), 0U);
        run.session().execute("XA COMMIT " + name);
        run.segue().wait_for_output("phase: postponed");
        other.execute("COMMIT");
        swap_and_compare();
        EXPECT_EQ(title_in(run.table(), id), "by xa");
    }
    void swap_and_compare() {
        run.let_cut_over();
        run.expect_swapped();
        run.expect_as_native_alter();
    }

    live_run run;
};

TEST_P(xa, prepared_before_the_start_is_waited_for) {
    auto other = run.new_session();
    const auto name = xid("early");
    const auto id = id_of(3);
    prepare(other, name, {update(id), erase(id_of(4)), move(id_of(900))});
    run.start({.postponed = true});
    run.segue().wait_for_output("waiting for XA transactions");
    run.segue().wait_for_output("Commit them or roll them back");
    EXPECT_EQ(run.times_told("phase: copy"), 0U);
    other.execute("XA COMMIT " + name);
    run.segue().wait_for_output("phase: postponed");
    swap_and_compare();
    EXPECT_EQ(title_in(run.table(), id), "by xa");
}

TEST_P(xa, prepared_before_the_start_by_a_client_that_is_gone_is_waited_for) {
    const auto name = xid("orphan");
    const auto id = id_of(3);
    {
        auto other = run.new_session();
        prepare(other, name, {update(id), erase(id_of(4))});
    }
    run.start({.postponed = true});
    run.segue().wait_for_output("waiting for XA transactions");
    EXPECT_EQ(run.times_told("phase: copy"), 0U);
    run.session().execute("XA COMMIT " + name);
    run.segue().wait_for_output("phase: postponed");
    swap_and_compare();
    EXPECT_EQ(title_in(run.table(), id), "by xa");
}

TEST_P(xa, prepared_before_the_start_by_a_session_that_reads_the_table_is_waited_for) {
    expect_waited_for_beside("SELECT COUNT(*) FROM " + run.table().quoted());
}

TEST_P(xa, prepared_before_the_start_by_a_session_that_writes_the_table_is_waited_for) {
    expect_waited_for_beside(update(id_of(3), "by another transaction"));
}

TEST_P(xa, prepared_before_the_start_by_a_session_that_is_busy_elsewhere_is_waited_for) {
    run.session().execute("CREATE TABLE other (id INT PRIMARY KEY)");
    expect_waited_for_beside("INSERT INTO other VALUES (1)");
}

TEST_P(xa, prepared_before_the_start_on_another_table_does_not_matter) {
    run.session().execute("CREATE TABLE other (id INT PRIMARY KEY)");
    auto one = run.new_session();
    auto two = run.new_session();
    const auto committed = xid("elsewhere");
    const auto rolled_back = xid("elsewhere too");
    prepare(one, committed, {"INSERT INTO other VALUES (1)"});
    prepare(two, rolled_back, {"INSERT INTO other VALUES (2)"});
    // The lock that it has on the table is no prepared transaction's.
    one.execute("BEGIN");
    one.execute(update(id_of(7)));
    run.start({.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    one.execute("COMMIT");
    one.execute("XA COMMIT " + committed);
    two.execute("XA ROLLBACK " + rolled_back);
    wait_flushed(run.session(), id_of(5));
    EXPECT_EQ(run.times_told("waiting for XA"), 0U);
    swap_and_compare();
}

TEST_P(xa, during_the_copy_on_another_table_does_not_matter) {
    run.session().execute("CREATE TABLE other (id INT PRIMARY KEY)");
    run.start({.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    auto other = run.new_session();
    prepare(other, xid("a"), {"INSERT INTO other VALUES (1)"});
    other.execute("XA COMMIT " + xid("a"));
    prepare(other, xid("b"), {"INSERT INTO other VALUES (2)"});
    other.execute("XA ROLLBACK " + xid("b"));
    other.execute("XA START " + xid("c"));
    other.execute("INSERT INTO other VALUES (3)");
    other.execute("XA END " + xid("c"));
    other.execute("XA COMMIT " + xid("c") + " ONE PHASE");
    prepare(other, xid("d"), {"SELECT * FROM " + run.table().quoted()});
    other.execute("XA COMMIT " + xid("d"));
    prepare(other, xid("e"), {});
    other.execute("XA COMMIT " + xid("e"));
    wait_flushed(run.session(), id_of(5));
    swap_and_compare();
}

/// Prepared while the second chunk is in flight, with rows of chunks that are copied, in flight and
/// still to be read.
class xa_during_the_copy : public xa {
  protected:
    void prepare_on_all_sides(application_session& by, const std::string& name) {
        faults.pause("copier.chunk_read", {.first = 3});
        run.start(
            {.build = segue_build::faulty, .faults = &faults, .postponed = true, .threads = 1});
        faults.wait_reached("copier.chunk_read");
        copied = id_of(10);
        ids = {id_of(20), id_of(150), id_of(250), id_of(700)};
        std::vector<std::string> statements;
        for (const auto& id : ids) statements.push_back(update(id));
        for (const unsigned row : {30U, 151U, 251U, 701U}) statements.push_back(erase(id_of(row)));
        for (const unsigned row : {40U, 152U, 252U, 702U}) statements.push_back(move(id_of(row)));
        prepare(by, name, statements);
        faults.go("copier.chunk_read");
        run.segue().wait_for_output("phase: postponed");
        wait_flushed(run.session(), copied);
        for (const auto& id : ids)
            EXPECT_NE(title_in(run.tables().ghost, id), "by xa") << "carried over uncommitted";
    }

    fault_points faults;
    std::string copied;
    std::vector<std::string> ids;
};

TEST_P(xa_during_the_copy, committed_late_is_carried_over) {
    auto other = run.new_session();
    const auto name = xid("late");
    prepare_on_all_sides(other, name);
    other.execute("XA COMMIT " + name);
    wait_flushed(run.session(), id_of(11));
    swap_and_compare();
    for (const auto& id : ids) EXPECT_EQ(title_in(run.table(), id), "by xa");
}

TEST_P(xa_during_the_copy, committed_by_another_session_is_carried_over) {
    const auto name = xid("detached");
    {
        auto other = run.new_session();
        prepare_on_all_sides(other, name);
    }
    run.session().execute("XA COMMIT " + name);
    wait_flushed(run.session(), id_of(11));
    swap_and_compare();
    for (const auto& id : ids) EXPECT_EQ(title_in(run.table(), id), "by xa");
}

TEST_P(xa_during_the_copy, rolled_back_leaves_nothing) {
    auto other = run.new_session();
    const auto name = xid("undone");
    prepare_on_all_sides(other, name);
    other.execute("XA ROLLBACK " + name);
    wait_flushed(run.session(), id_of(11));
    swap_and_compare();
    for (const auto& id : ids) EXPECT_NE(title_in(run.table(), id), "by xa");
}

TEST_P(xa_during_the_copy, still_prepared_at_the_cut_over_is_waited_for) {
    auto other = run.new_session();
    const auto name = xid("last");
    prepare_on_all_sides(other, name);
    run.let_cut_over();
    run.segue().wait_for_output("cut-over attempt 1 gave way");
    other.execute("XA COMMIT " + name);
    run.expect_swapped();
    run.expect_as_native_alter();
    for (const auto& id : ids) EXPECT_EQ(title_in(run.table(), id), "by xa");
}

TEST_P(xa_during_the_copy, in_one_phase_is_as_any_transaction) {
    faults.pause("copier.chunk_read", {.first = 3});
    run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true, .threads = 1});
    faults.wait_reached("copier.chunk_read");
    auto other = run.new_session();
    other.execute("XA START " + xid("one"));
    for (const unsigned row : {20U, 150U, 700U}) other.execute(update(id_of(row)));
    for (const unsigned row : {30U, 151U, 701U}) other.execute(erase(id_of(row)));
    other.execute("XA END " + xid("one"));
    other.execute("XA COMMIT " + xid("one") + " ONE PHASE");
    faults.go("copier.chunk_read");
    run.segue().wait_for_output("phase: postponed");
    wait_flushed(run.session(), id_of(10));
    swap_and_compare();
}

/// An XA COMMIT that stands in the log long before what it commits can be seen.
class xa_not_yet_visible : public xa {
  protected:
    void commit_late(bool by_another_session) {
        const auto name = xid("unseen");
        const auto id = id_of(20);
        auto other = run.new_session();
        run.start({.postponed = true});
        run.segue().wait_for_output("phase: postponed");
        prepare(other, name, {update(id), erase(id_of(21)), move(id_of(22))});
        if (by_another_session) other = run.new_session();
        {
            late_replica replica(server().over_tcp(), 0ms);
            replica.set_delay(1h);
            std::jthread committer([&] { other.execute("XA COMMIT " + name); });
            eventually("segue knows of the changed rows", [&] { return run.keys_waiting() >= 4; });
            replica.set_delay(0ms);
            committer.join();
            replica.check();
        }
        wait_flushed(run.session(), id_of(10));
        swap_and_compare();
        EXPECT_EQ(title_in(run.table(), id), "by xa");
    }
};

TEST_P(xa_not_yet_visible, is_carried_over_once_it_is) {
    commit_late(false);
}
TEST_P(xa_not_yet_visible, is_carried_over_once_it_is_when_another_session_commits) {
    commit_late(true);
}

class xa_of_many_keys : public xa {};

TEST_P(xa_of_many_keys, more_than_are_held_in_memory_is_carried_over) {
    auto other = run.new_session();
    const auto name = xid("huge");
    run.session().execute(
        fmt::format("INSERT INTO {0} (id, quantity, title, made, raw, spare) SELECT id + "
                    "1000000 * (n + 1), quantity, title, made, raw, 1 FROM {0}, "
                    "JSON_TABLE(CONCAT('[', REPEAT('1,', 149), '1]'), '$[*]' COLUMNS (n FOR "
                    "ORDINALITY)) AS many",
                    run.table().quoted()));
    run.start({.postponed = true, .chunk_size = "5000"});
    run.segue().wait_for_output("phase: postponed");
    prepare(other, name,
            {fmt::format("UPDATE {} SET quantity=quantity+1, title='by xa'", run.table().quoted()),
             erase(id_of(30)), move(id_of(40))});
    const auto id = id_of(50);
    eventually("the prepared transaction is read", [&] {
        const auto fds =
            std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", run.segue().pid()));
        for (const auto& each : fds) {
            std::error_code gone;
            const auto target = std::filesystem::read_symlink(each.path(), gone).string();
            if (target.find("segue-xa.") != std::string::npos) return true;
        }
        return false;
    });
    EXPECT_NE(title_in(run.tables().ghost, id), "by xa");
    other.execute("XA COMMIT " + name);
    swap_and_compare();
    EXPECT_EQ(title_in(run.table(), id), "by xa");
}

// Prepared before the start, and Segue may not ask for such ones: what it changed nobody can know.
TEST_P(xa, committed_under_an_xid_that_was_never_seen_ends_the_migration) {
    auto other = run.new_session();
    const auto name = xid("unseen");
    prepare(other, name, {update(id_of(20))});
    run.session().execute("CREATE USER IF NOT EXISTS not_all IDENTIFIED BY 'not all'");
    run.session().execute("GRANT ALL ON *.* TO not_all");
    run.session().execute("REVOKE XA_RECOVER_ADMIN ON *.* FROM not_all");
    run.start({.postponed = true, .more = {"--user=not_all", "--password=not all"}});
    run.segue().wait_for_output("phase: postponed");
    other.execute("XA COMMIT " + name);
    run.expect_stopped({"XA COMMIT of", "XA RECOVER"});
}

std::string version_name(const testing::TestParamInfo<std::string>& each) {
    return each.param.empty() ? "any_version" : "mysql_8_0";
}
INSTANTIATE_TEST_SUITE_P(on, xa, testing::Values(""), version_name);
INSTANTIATE_TEST_SUITE_P(on, xa_during_the_copy, testing::Values(""), version_name);
INSTANTIATE_TEST_SUITE_P(on, xa_not_yet_visible, testing::Values("", "8.0"), version_name);
INSTANTIATE_TEST_SUITE_P(long_on, xa_of_many_keys, testing::Values("", "8.0"), version_name);
INSTANTIATE_TEST_SUITE_P(long_on, xa, testing::Values("8.0"), version_name);
INSTANTIATE_TEST_SUITE_P(long_on, xa_during_the_copy, testing::Values("8.0"), version_name);

}  // namespace
}  // namespace segue::test
