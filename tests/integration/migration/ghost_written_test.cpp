// Somebody else writes into the new table. The stream tells it; where that cannot, verification
// does.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/application_session.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";

class a_new_table_that_somebody_writes : public testing::Test {
  protected:
    void SetUp() override {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        run.session().execute(
            "INSERT INTO t (a) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 900) SELECT i FROM n");
    }
    void write(const std::string& statement, bool logged = true) {
        application_session somebody(run.server().over_tcp(), run.schema());
        somebody_ = somebody.query_value("SELECT CONNECTION_ID()").value();
        if (!logged) somebody.execute("SET SESSION sql_log_bin=0");
        somebody.execute(statement);
    }
    void expect_told_of_the_writer() {
        run.expect_failed({"connection " + somebody_ + " has written into the new table",
                           "The original table is untouched", "--no-resume"});
        EXPECT_THAT(run.everything(), HasSubstr(" t:900"));
    }
    /// A run that stops when it has copied so many chunks, until goes_on().
    void start_in_the_copy(unsigned long chunks, std::vector<std::string> more) {
        faults.pause("copier.chunk_committed", {.first = chunks});
        more.emplace_back("--threads=1");
        run.start(std::string(alter),
                  {.build = segue_build::faulty, .faults = &faults, .more = more});
        faults.wait_reached("copier.chunk_committed");
    }
    void goes_on() { faults.go("copier.chunk_committed"); }
    quiet_run run{shared_server()};
    fault_points faults;

  private:
    std::string somebody_;
};

TEST_F(a_new_table_that_somebody_writes, ends_the_copy) {
    start_in_the_copy(3, {"--chunk-size=100"});
    write("UPDATE _t_gho SET a=0 WHERE id=7");
    goes_on();
    expect_told_of_the_writer();
}

TEST_F(a_new_table_that_somebody_writes, ends_a_run_that_waits_for_its_swap) {
    run.start(std::string(alter), {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    write("DELETE FROM _t_gho WHERE id=7");
    expect_told_of_the_writer();
}

TEST_F(a_new_table_that_somebody_writes, is_found_by_verification_where_no_log_tells) {
    start_in_the_copy(3, {"--chunk-size=100"});
    write("UPDATE _t_gho SET a=0 WHERE id=7", /*logged=*/false);
    write("DELETE FROM _t_gho WHERE id=8", /*logged=*/false);
    write("INSERT INTO _t_gho (id, a) VALUES (-5, 0)", /*logged=*/false);
    goes_on();
    run.expect_failed({"the new table is not what the original gives: 3 rows differ", "id=7",
                       "id=8", "id=-5", "The original table is untouched", "--no-resume"});
    run.start(std::string(alter), {});
    run.expect_failed({"cannot be gone on with", "No run can go on with it"});
    run.start(std::string(alter), {.more = {"--no-resume"}});
    run.expect_swapped();
    run.expect_as_native_alter(std::string(alter));
}

// Nothing of it is written: an XA transaction that is rolled back, and an update over two tables of
// which it changes the other one, though the log names both.
TEST_F(a_new_table_that_somebody_writes, may_be_named_by_what_does_not_write_it) {
    run.session().execute("CREATE TABLE other (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO other VALUES (7, 0)");
    start_in_the_copy(3, {"--chunk-size=100"});
    application_session somebody(run.server().over_tcp(), run.schema());
    somebody.execute("XA START 'x'");
    somebody.execute("UPDATE _t_gho SET a=-1 WHERE id=7");
    for (const char* const step : {"XA END 'x'", "XA PREPARE 'x'", "XA ROLLBACK 'x'"})
        somebody.execute(step);
    somebody.execute("UPDATE other JOIN _t_gho USING (id) SET other.a=5, _t_gho.a=7 WHERE id=7");
    EXPECT_EQ(run.session().query_value("SELECT a FROM other"), "5");
    goes_on();
    run.expect_swapped();
    run.expect_as_native_alter(std::string(alter));
}

TEST_F(a_new_table_that_somebody_writes, in_an_xa_transaction_ends_the_run_at_its_commit) {
    run.start(std::string(alter), {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    application_session somebody(run.server().over_tcp(), run.schema());
    somebody.execute("XA START 'x'");
    somebody.execute("UPDATE _t_gho SET a=0 WHERE id=7");
    for (const char* const step : {"XA END 'x'", "XA PREPARE 'x'"}) somebody.execute(step);
    run.session().execute("INSERT INTO t (a) VALUES (-1)");
    run.wait_until("the stream has come past it", [&] {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho WHERE a=-1") == "1";
    });
    somebody.execute("XA COMMIT 'x'");
    run.expect_failed(
        {"connection " + std::to_string(somebody.connection_id()) + " has written into",
         "The original table is untouched"});
}

// Of few ranges a sample would leave out all.
TEST_F(a_new_table_that_somebody_writes, is_found_by_the_smallest_sample) {
    start_in_the_copy(2, {"--chunk-size=1000", "--verify=sample=1%"});
    write("UPDATE _t_gho SET a=-1", /*logged=*/false);
    goes_on();
    run.expect_failed({"the new table is not what the original gives"});
}

TEST_F(a_new_table_that_somebody_writes, is_told_of_without_verification) {
    run.start(std::string(alter), {.postponed = true, .more = {"--verify=none"}});
    run.segue().wait_for_output("State: postponing cut-over");
    write("UPDATE _t_gho SET a=0 WHERE id=7");
    expect_told_of_the_writer();
}

/// Verified, and between two runs.
class a_verified_table_of_a_dead_run : public a_new_table_that_somebody_writes {
  protected:
    void SetUp() override {
        a_new_table_that_somebody_writes::SetUp();
        run.start(std::string(alter), {.postponed = true});
        run.segue().wait_for_output("State: postponing cut-over");
        run.wait_until("a row of all that is verified", [&] {
            return run.session().query_value(
                       "SELECT value->>'$.done' FROM _t_ghk WHERE kind='verified'") == "true";
        });
        run.segue().signal(SIGKILL);
        run.segue().wait();
    }
};

TEST_F(a_verified_table_of_a_dead_run, that_somebody_writes_is_told_by_the_next_one) {
    write("UPDATE _t_gho SET a=0 WHERE id=7");
    run.start(std::string(alter), {.postponed = true});
    expect_told_of_the_writer();
}

// The stream tells of what the dead run had written, and so of its connections.
TEST_F(a_verified_table_of_a_dead_run, was_written_by_connections_that_the_next_one_knows) {
    EXPECT_NE(run.session().query_value("SELECT COUNT(*) FROM _t_ghk WHERE kind='writer' AND id>0"),
              "0");
    run.let_cut_over();
    run.start(std::string(alter));
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("an earlier run has verified 900 rows"));
}

TEST_F(a_verified_table_of_a_dead_run, of_an_older_version_is_gone_on_with) {
    run.session().execute("DELETE FROM _t_ghk WHERE kind IN ('writer', 'seen_on')");
    run.let_cut_over();
    run.start(std::string(alter));
    run.expect_swapped();
}

}  // namespace
}  // namespace segue::test
