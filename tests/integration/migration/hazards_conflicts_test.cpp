// Unique values that move while the ghost table still has them under the row that gave them away.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

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

/// One worker is held in the tail, which comes first, and the other behind the commit of rows 1 to
/// 10, so that a change of row 5 waits for it. Row 25 is read meanwhile, in the third chunk.
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
    eventually("row 25 is there, and row 5 is not",
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
    eventually("a later change is carried over",
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

}  // namespace
}  // namespace segue::test
