// docs/hazards.md, 18: a few rows that are much longer than all others, on a server that takes no
// large transactions. What does not fit into one goes in several.
#include "tests/integration/migration/quiet_run.hpp"

#include <optional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::string add = "ADD COLUMN b INT";
constexpr int long_row = 60'000;

/// Rows 1 to 100, of which 41 to 60 are long. What the application writes is not limited, as its
/// session is older than the limit.
class transactions_that_are_limited : public testing::TestWithParam<bool> {
  protected:
    transactions_that_are_limited() {
        auto& session = run.session();
        // With another unique index rows are deleted and inserted.
        session.execute(
            fmt::format("CREATE TABLE t (id INT PRIMARY KEY, n INT, code INT, text LONGTEXT, {} "
                        "KEY (code))",
                        GetParam() ? "UNIQUE" : ""));
        insert(1, 100, "i * 10", "i BETWEEN 41 AND 60");
        limit.emplace(run.server(), "max_binlog_cache_size", "262144");
    }
    void insert(int from, int to, const std::string& code, const std::string& is_long) {
        run.session().execute(fmt::format(
            "INSERT INTO t WITH RECURSIVE n AS (SELECT {} AS i UNION ALL SELECT i + 1 FROM n WHERE "
            "i < {}) SELECT i, 0, {}, REPEAT('x', IF({}, {}, 10)) FROM n",
            from, to, code, is_long, long_row));
    }
    void start(bool postponed = true) {
        run.start(add, {.build = segue_build::faulty,
                        .faults = &faults,
                        .postponed = postponed,
                        .more = {"--threads=1", "--chunk-size=100",
                                 "--cut-over-stall-budget-millis=60000"}});
    }
    std::string in_ghost(const std::string& expression) {
        return run.session().query_value("SELECT " + expression + " FROM _t_gho").value_or("NULL");
    }
    void finish() {
        run.segue().wait_for_output("phase: postponed");
        run.let_cut_over();
        run.expect_swapped();
        expect_as_native_alter();
    }
    void expect_as_native_alter() {
        limit.reset();
        run.expect_as_native_alter(add);
    }

    quiet_run run{shared_server()};
    std::optional<global_setting> limit;
    fault_points faults;
};

// The first part is committed, and the second one has read its rows.
TEST_P(transactions_that_are_limited, have_a_chunk_copied_in_parts) {
    faults.pause("copier.chunk_read", {.first = 3});  // the tail is the first one
    start();
    faults.wait_reached("copier.chunk_read");
    EXPECT_NE(in_ghost("COUNT(*)"), "0");
    run.session().execute("UPDATE t SET n=1 WHERE id IN (1, 50, 100)");
    run.session().execute("DELETE FROM t WHERE id IN (2, 51, 99)");
    run.session().execute("UPDATE t SET code=NULL WHERE id=3");
    run.session().execute("UPDATE t SET code=30 WHERE id=98");
    faults.go("copier.chunk_read");
    run.segue().wait_for_output("phase: postponed");
    const auto told =
        run.session().query_value("SELECT value FROM _t_ghk WHERE kind='chunk' AND id=1");
    // 100, as the bytes of a signed key that compare.
    EXPECT_EQ(*told, R"({"after":null,"rows":98,"up_to":"8000000000000064"})");
    finish();
}

TEST_P(transactions_that_are_limited, have_changes_carried_over_in_parts) {
    start();
    run.segue().wait_for_output("phase: postponed");
    run.session().execute("UPDATE t SET n=n+1");
    run.wait_until("all are carried over", [&] { return in_ghost("SUM(n)") == "100"; });
    finish();
}

// The server takes a row that is longer than the limit, but not two of them.
TEST_P(transactions_that_are_limited, have_a_row_carried_over_that_is_longer_than_the_limit) {
    start();
    run.segue().wait_for_output("phase: postponed");
    for (const char* const letter : {"y", "z"}) {
        run.session().execute(
            fmt::format("UPDATE t SET text=REPEAT('{}', {}) WHERE id=77", letter, 10 * long_row));
        run.wait_until("it is carried over",
                       [&] { return in_ghost("MAX(LEFT(text, 1))") == letter; });
    }
    finish();
}

// The holder of a value, row 5, waits for its chunk, so that the rows of the tail collide with it.
TEST_P(transactions_that_are_limited, have_conflicts_resolved_in_parts) {
    faults.pause("copier.chunk_committed", {.first = 2, .always = true});
    start();
    faults.wait_reached("copier.chunk_committed");
    run.session().execute("BEGIN");
    run.session().execute("UPDATE t SET code=NULL WHERE id=5");
    insert(101, 120, "IF(i=120, 50, NULL)", "i < 120");
    run.session().execute("COMMIT");
    run.wait_until("the new rows are there", [&] { return in_ghost("SUM(id > 100)") == "20"; });
    faults.go("copier.chunk_committed");
    finish();
}

TEST_P(transactions_that_are_limited, have_the_last_changes_carried_over_in_parts) {
    faults.pause("cut_over.before_lock");
    start(/*postponed=*/false);
    faults.wait_reached("cut_over.before_lock");
    run.session().execute("UPDATE t SET n=n+1");
    faults.go("cut_over.before_lock");
    run.expect_swapped();
    EXPECT_EQ(run.segue().err().find("gave way"), std::string::npos) << run.segue().err();
    expect_as_native_alter();
}

// As group replication tells it of a COMMIT.
TEST_P(transactions_that_are_limited, end_the_migration_where_one_row_is_refused) {
    faults.pause("copier.chunk_committed");
    start();
    faults.wait_reached("copier.chunk_committed");
    // Else it would stand in the log as a change of somebody else's.
    run.session().execute("SET SESSION sql_log_bin=0");
    run.session().execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON _t_gho FOR EACH ROW BEGIN IF NEW.id=77 THEN SIGNAL "
        "SQLSTATE 'HY000' SET MYSQL_ERRNO=3100, MESSAGE_TEXT='Error on observer'; END IF; END");
    faults.go("copier.chunk_committed");
    run.expect_failed({"the new table refuses the row id=77: ", "Error on observer",
                       "The original table is untouched"});
}

INSTANTIATE_TEST_SUITE_P(with, transactions_that_are_limited, testing::Bool(), [](const auto& of) {
    return std::string(of.param ? "a_second_unique_index" : "one_unique_index");
});

}  // namespace
}  // namespace segue::test
