// docs/hazards.md, 12, 15 and 29: flushes that wait for a lock on the ghost table.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/oracle.hpp"

#include <optional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

/// A migration that is postponed, its rows copied, and a session that locks rows of the ghost.
class a_flush_that_waits : public testing::Test {
  protected:
    a_flush_that_waits() {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, a INT, code INT, UNIQUE KEY (code))");
        run.session().execute("INSERT INTO t VALUES (1, 0, 1000), (2, 0, 2000), (3, 0, 3000)");
    }
    void postpone(const std::string& alter, const fault_points* faults = nullptr) {
        run.start(alter, {.build = segue_build::faulty, .faults = faults, .postponed = true});
        run.segue().wait_for_output("phase: postponed");
    }
    void lock(const std::string& condition) {
        holder.execute("BEGIN");
        holder.query("SELECT id FROM _t_gho WHERE " + condition + " FOR UPDATE");
    }
    value in_ghost(const std::string& expression, int id) {
        return run.session().query_value(
            fmt::format("SELECT MAX({}) FROM _t_gho WHERE id={}", expression, id));
    }

    quiet_run run{shared_server()};
    application_session holder{shared_server().over_tcp(), run.schema()};
};

class a_key_in_two_flushes : public a_flush_that_waits {
  protected:
    /// The first flush has read row 2 and waits for row 1; row 2 changes again.
    oracle_answer migrate(const fault_points& faults) {
        run.session().execute("ALTER TABLE t DROP KEY code");  // so that rows are upserted
        postpone("ADD COLUMN b INT", &faults);
        lock("id=1");
        run.session().execute("UPDATE t SET a=1 WHERE id IN (1, 2)");
        run.wait_for_lock_wait_in_ghost();
        run.session().execute("UPDATE t SET a=2 WHERE id=2");
        run.session().execute("UPDATE t SET a=2 WHERE id=3");
        // The other worker has had its turn at all that could be flushed.
        eventually("a later change is carried over", [&] { return in_ghost("a", 3) == "2"; });
        holder.execute("ROLLBACK");
        eventually("the first flush has ended", [&] { return in_ghost("a", 1) == "1"; });
        run.let_cut_over();
        run.expect_swapped();
        return compare_with_native_alter(
            shared_server().over_tcp(),
            {.table = run.table(), .old_table = run.tables().old, .alter = "ADD COLUMN b INT"});
    }
};

TEST_F(a_key_in_two_flushes, is_not_while_one_of_them_waits) {
    const auto answer = migrate(fault_points());
    EXPECT_TRUE(answer.equal()) << answer.text();
}

TEST_F(a_key_in_two_flushes, ends_with_the_older_row_if_it_may_be) {
    fault_points faults;
    faults.leave_out("one_flush_per_key");
    const auto answer = migrate(faults);
    EXPECT_EQ(answer.differing_rows, 1U) << answer.text();
}

// 15: with a second unique index rows are deleted and inserted; the insert waits, and gives up.
TEST_F(a_flush_that_waits, for_too_long_leaves_the_row_that_was_there) {
    postpone("ADD COLUMN b INT");
    lock("code=2550");  // the gap before 3000: rows there can be deleted, but not inserted
    run.session().execute("UPDATE t SET code=2550 WHERE id=3");
    run.segue().wait_for_output("Lock wait timeout exceeded");
    // When the second one gives up the next transaction has begun after the first.
    run.segue().wait_for_output("stood in its way 2 times in a row");
    EXPECT_EQ(in_ghost("code", 3), "3000");
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM _t_gho"), "3");
    holder.execute("ROLLBACK");
    eventually("the row is carried over", [&] { return in_ghost("code", 3) == "2550"; });
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

// 29
TEST_F(a_flush_that_waits, is_waited_for_before_the_cut_over_asks_for_its_lock) {
    const auto locks = [&] {
        return run.session().query("SHOW GLOBAL STATUS LIKE 'Com_lock_tables'").at(0).at(1).value();
    };
    postpone("ADD COLUMN b INT");
    lock("id=2");
    run.session().execute("UPDATE t SET a=1 WHERE id=2");
    run.wait_for_lock_wait_in_ghost();
    const auto before = locks();
    run.let_cut_over();
    run.segue().wait_for_output("phase: cut-over");
    // The flush is at work for long, and nobody is made to wait behind a lock meanwhile.
    run.segue().wait_for_output("Lock wait timeout exceeded");
    run.wait_for_lock_wait_in_ghost();
    EXPECT_EQ(locks(), before);
    EXPECT_EQ(run.session().execute("UPDATE t SET a=1 WHERE id=1"), 1U);
    holder.execute("ROLLBACK");
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

}  // namespace
}  // namespace segue::test
