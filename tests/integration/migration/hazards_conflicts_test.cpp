// docs/hazards.md, 12 and 34: unique values that move while the ghost table still has them under
// the row that gave them away.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/oracle.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct moving_value {
    const char* name;
    std::string index;  ///< As the table has it, with columns of its own.
    std::string move;   ///< Gives row 25 what row 5 had.
    std::string alter = "ADD COLUMN b INT";
    friend std::ostream& operator<<(std::ostream& to, const moving_value& one) {
        return to << one.name;
    }
};

class a_value_that_moved : public testing::TestWithParam<moving_value> {
  protected:
    a_value_that_moved() {
        auto& session = run.session();
        session.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT, code INT, word VARCHAR(20), " +
                        GetParam().index + ")");
        session.execute(
            "INSERT INTO t (id, a, code, word) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT "
            "i + 1 FROM n WHERE i < 40) SELECT i, 0, i * 100, CONCAT(LPAD(i, 4, '0'), 'tail') FROM "
            "n");
    }
    ~a_value_that_moved() override { std::filesystem::remove(throttle); }

    void move_value() {
        auto& session = run.session();
        session.execute("START TRANSACTION");
        session.execute("UPDATE t SET code=NULL, word=NULL WHERE id=5");
        session.execute("UPDATE t SET " + GetParam().move + " WHERE id=25");
        session.execute("COMMIT");
    }
    value in_ghost(const std::string& expression) {
        return run.session().query_value("SELECT " + expression + " FROM _t_gho");
    }
    void finish() {
        run.segue().wait_for_output("phase: postponed");
        run.let_cut_over();
        run.expect_swapped();
        run.expect_as_native_alter(GetParam().alter);
    }

    quiet_run run{shared_server()};
    const std::filesystem::path throttle =
        std::filesystem::temp_directory_path() /
        fmt::format("segue-conflicts-{}-{}", ::getpid(), run.schema());
};

/// The chunk of row 5 is committed, and in flight to the change set still. To flush row 5 at once
/// would do no harm: that chunk writes no more. One worker is held in the tail, which comes first,
/// and the other behind the commit of rows 1 to 10, so that a change of row 5 waits for it. Row 25
/// is read meanwhile, in the third chunk.
TEST_P(a_value_that_moved, from_a_chunk_in_flight_is_taken_from_its_holder) {
    ASSERT_TRUE(std::ofstream(throttle));
    fault_points faults;
    faults.pause("copier.chunk_read");
    faults.pause("copier.chunk_committed");
    run.start(GetParam().alter, {.build = segue_build::faulty,
                                 .faults = &faults,
                                 .postponed = true,
                                 .more = {"--threads=2", "--chunk-size=10",
                                          "--throttle-flag-file=" + throttle.string()}});
    faults.wait_reached("copier.chunk_read");
    std::filesystem::remove(throttle);
    faults.wait_reached("copier.chunk_committed");
    EXPECT_EQ(in_ghost("COUNT(*)"), "10");
    move_value();
    faults.go("copier.chunk_read");
    run.wait_until("row 25 is there, and row 5 is not",
                   [&] { return in_ghost("CONCAT_WS(',', SUM(id=25), SUM(id=5))") == "1,0"; });
    faults.go("copier.chunk_committed");
    finish();
}

/// Row 5 is in the batch of a flush that waits for a lock; row 25 is in the next one.
TEST_P(a_value_that_moved, from_another_flush_waits_for_it) {
    run.start(GetParam().alter, {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT id FROM _t_gho WHERE id=1 FOR UPDATE");
    run.session().execute("UPDATE t SET a=1 WHERE id IN (1, 5)");
    run.wait_for_lock_wait_in_ghost();
    move_value();
    run.session().execute("UPDATE t SET a=2 WHERE id=40");
    holder.execute("ROLLBACK");
    run.wait_until("a later change is carried over",
                   [&] { return in_ghost("SUM(IF(id=40, a, 0))") == "2"; });
    finish();
}

const moving_value values[] = {
    {"in_one_column", "UNIQUE KEY (code)", "code=500"},
    {"in_several_columns", "UNIQUE KEY (code, word)", "code=500, word='0005tail'"},
    {"in_several_indexes", "UNIQUE KEY (code), UNIQUE KEY (word), UNIQUE KEY (word, code)",
     "code=500, word='0005tail'"},
    {"in_a_prefix", "UNIQUE KEY (word(4))", "word='0005other'"},
    {"in_an_expression", "UNIQUE KEY ((ABS(code)))", "code=-500"},
    {"in_a_stored_column", "g INT AS (code + 1) STORED, UNIQUE KEY (g)", "code=500"},
    {"in_a_virtual_column", "g INT AS (code DIV 100) VIRTUAL, UNIQUE KEY (g)", "code=507"},
    {"in_a_collation", "UNIQUE KEY (word)", "word='0005TAIL'"},
    {"in_a_new_index", "KEY (code)", "code=500", "ADD UNIQUE KEY one (code)"},
    {"in_a_new_type", "UNIQUE KEY (code)", "code=500",
     "MODIFY code VARCHAR(20), ADD UNIQUE KEY one ((code + 1))"},
};
INSTANTIATE_TEST_SUITE_P(_, a_value_that_moved, testing::ValuesIn(values),
                         [](const auto& of) { return std::string(of.param.name); });

const std::string add = "ADD COLUMN b INT";

/// Rows 1 to 40, each with a code of its own.
class rows_with_codes : public testing::Test {
  protected:
    rows_with_codes() {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, a INT, code INT, UNIQUE KEY (code))");
        run.session().execute(
            "INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE "
            "i < 40) SELECT i, 0, i * 100 FROM n");
    }
    std::string rows_in_ghost(const std::string& condition) {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho WHERE " + condition).value();
    }
    oracle_answer against_native_alter() const {
        return compare_with_native_alter(
            shared_server().over_tcp(),
            {.table = run.table(), .old_table = run.tables().old, .alter = add});
    }
    bool was_told(const std::string& words) {
        return (run.segue().err() + run.segue().out()).find(words) != std::string::npos;
    }

    quiet_run run{shared_server()};
    application_session holder{shared_server().over_tcp(), run.schema()};
};

class a_chunk_in_the_middle_of_its_rows : public rows_with_codes {
  protected:
    /// Only the tail is copied.
    void start_with_the_tail(fault_points& faults) {
        faults.pause("copier.chunk_committed");
        run.start(add, {.build = segue_build::faulty,
                        .faults = &faults,
                        .postponed = true,
                        .more = {"--threads=1"}});
        faults.wait_reached("copier.chunk_committed");
    }
    /// The chunk has a snapshot with row 5 as it was, and waits for row 3 when its code goes to a
    /// row of the tail.
    void begin(fault_points& faults) {
        start_with_the_tail(faults);
        holder.execute("BEGIN");
        holder.execute("INSERT INTO _t_gho (id) VALUES (3)");
        faults.go("copier.chunk_committed");
        run.wait_for_lock_wait_in_ghost();
        auto& session = run.session();
        session.execute("BEGIN");
        session.execute("UPDATE t SET code=NULL WHERE id=5");
        session.execute("INSERT INTO t VALUES (41, 1, 500)");
        session.execute("COMMIT");
    }
};

TEST_F(a_chunk_in_the_middle_of_its_rows, gives_a_value_away) {
    fault_points faults;
    begin(faults);
    run.wait_until("the row of the tail is there", [&] { return rows_in_ghost("id=41") == "1"; });
    holder.execute("ROLLBACK");
    run.segue().wait_for_output("phase: postponed");
    run.let_cut_over();
    run.expect_swapped();
    const auto answer = against_native_alter();
    EXPECT_TRUE(answer.equal()) << answer.text();
}

// A deleted row would come back (live_windows_test); one that is there is never written over.
TEST_F(a_chunk_in_the_middle_of_its_rows, meets_its_own_row_if_nobody_waits_for_it) {
    fault_points faults;
    faults.leave_out("wait_for_chunks_in_flight");
    begin(faults);
    run.wait_until("both rows are there", [&] { return rows_in_ghost("id IN (5, 41)") == "2"; });
    holder.execute("ROLLBACK");
    run.expect_failed({"the row id=5 stands in the new table before it was copied there",
                       "The original table is untouched"});
}

TEST_F(a_chunk_in_the_middle_of_its_rows, meets_a_row_that_somebody_else_made) {
    fault_points faults;
    start_with_the_tail(faults);
    // Where the stream would tell of it first.
    application_session somebody(run.server().over_tcp(), run.schema());
    somebody.execute("SET SESSION sql_log_bin=0");
    somebody.execute("INSERT INTO _t_gho (id, a, code) VALUES (15, 0, -1)");
    faults.go("copier.chunk_committed");
    run.expect_failed({"the row id=15 stands in the new table before it was copied there",
                       "somebody else writes that table", "--no-resume"});
}

class a_conflict_beside_another_flush : public rows_with_codes {
  protected:
    /// One flush has taken row 7 out and waits for row 1; row 5 is still to come. The other one
    /// brings the codes of both, and has met that of row 5.
    void begin(fault_points& faults) {
        faults.pause("conflict_resolver.flush_collided");
        run.start(add, {.build = segue_build::faulty, .faults = &faults, .postponed = true});
        run.segue().wait_for_output("phase: postponed");
        holder.execute("BEGIN");
        holder.query("SELECT id FROM _t_gho WHERE id=1 FOR UPDATE");
        auto& session = run.session();
        session.execute(
            "UPDATE t SET a=1, code=IF(id=7, NULL, code) WHERE id IN (1, 5, 7) ORDER BY FIELD(id, "
            "7, 1, 5)");
        run.wait_for_lock_wait_in_ghost();
        session.execute("BEGIN");
        session.execute("UPDATE t SET code=NULL WHERE id=5");
        session.execute("UPDATE t SET code=IF(id=25, 500, 700) WHERE id IN (25, 26)");
        session.execute("COMMIT");
        faults.wait_reached("conflict_resolver.flush_collided");
        faults.go("conflict_resolver.flush_collided");
    }
    oracle_answer end() {
        run.let_cut_over();
        run.expect_swapped();
        return against_native_alter();
    }
};

TEST_F(a_conflict_beside_another_flush, waits_for_its_end_without_a_lock) {
    fault_points faults;
    begin(faults);
    holder.execute("ROLLBACK");
    const auto answer = end();
    EXPECT_TRUE(answer.equal()) << answer.text();
    EXPECT_FALSE(was_told("Deadlock found")) << run.segue().err();
}

// The rows are right all the same: whoever reads an older row holds the lock that the other one
// needs, and a row that was taken out is flushed again.
TEST_F(a_conflict_beside_another_flush, is_a_deadlock_if_it_does_not_wait) {
    fault_points faults;
    faults.leave_out("conflicts_wait_for_quiet");
    begin(faults);
    run.wait_until("each of them waits, or has given up", [&] {
        return run.lock_waits_in_ghost() == "2" || was_told("Lock wait timeout exceeded");
    });
    holder.execute("ROLLBACK");
    const auto answer = end();
    EXPECT_TRUE(answer.equal()) << answer.text();
    EXPECT_TRUE(was_told("Deadlock found") || was_told("Lock wait timeout exceeded"))
        << run.segue().err();
}

}  // namespace
}  // namespace segue::test
