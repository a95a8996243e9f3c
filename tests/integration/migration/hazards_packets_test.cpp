// docs/hazards.md, 18: statements that name keys are bounded in bytes, on a server that takes short
// ones.
#include "tests/integration/migration/quiet_run.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::string add = "ADD COLUMN b INT";

const sandbox_server& server_of_short_packets() {
    return shared_server({"--max-allowed-packet=65536"});
}

class statements_about_many_keys : public testing::Test {
  protected:
    ~statements_about_many_keys() override { std::filesystem::remove(throttle); }

    /// Rows 1 to `rows`; the key is `name(i)`, of the row's number.
    void make_table(const std::string& type, const std::string& name, unsigned rows) {
        key = name;
        auto& session = run.session();
        session.execute("SET SESSION cte_max_recursion_depth=100000");
        session.execute(fmt::format(
            "CREATE TABLE t (id {} PRIMARY KEY, n INT NOT NULL, a INT, UNIQUE KEY (a), KEY (n))",
            type));
        insert_rows(1, rows, "i");
    }
    void insert_rows(unsigned from, unsigned to, const std::string& a) {
        run.session().execute(fmt::format(
            "INSERT INTO t WITH RECURSIVE n AS (SELECT {} AS i UNION ALL SELECT i + 1 FROM n WHERE "
            "i < {}) SELECT {}, i, {} FROM n",
            from, to, key, a));
    }
    std::string rows_in_ghost(const std::string& condition) {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho WHERE " + condition).value();
    }
    /// The first chunk is copied, but in flight still, when its values of `a` go to the third one's
    /// rows, which another worker copies. The second one waits with the first.
    void move_values_out_of_a_chunk(unsigned chunk) {
        ASSERT_TRUE(std::ofstream(throttle));
        fault_points faults;
        faults.pause("copier.chunk_read");
        faults.pause("copier.chunk_committed");
        run.start(add, {.build = segue_build::faulty,
                        .faults = &faults,
                        .postponed = true,
                        .more = {"--threads=2", "--default-retries=3",
                                 fmt::format("--chunk-size={}", chunk),
                                 "--throttle-flag-file=" + throttle.string()}});
        faults.wait_reached("copier.chunk_read");  // that of the tail
        std::filesystem::remove(throttle);
        faults.wait_reached("copier.chunk_committed");
        auto& session = run.session();
        session.execute("BEGIN");
        session.execute(fmt::format("UPDATE t SET a=NULL WHERE n<={}", chunk));
        session.execute(fmt::format("UPDATE t SET a=n-{0} WHERE n>{0}", 2 * chunk));
        session.execute("COMMIT");
        faults.go("copier.chunk_read");
        run.wait_until("the third chunk is there, and the first one is not any more", [&] {
            return rows_in_ghost(fmt::format("n>{}", 2 * chunk)) == std::to_string(chunk) &&
                   rows_in_ghost(fmt::format("n<={}", chunk)) == "0";
        });
        faults.go("copier.chunk_committed");
        finish();
    }
    void finish() {
        run.segue().wait_for_output("phase: postponed");
        run.let_cut_over();
        run.expect_swapped();
        EXPECT_EQ(run.segue().err().find("max_allowed_packet"), std::string::npos)
            << run.segue().err();
        run.expect_as_native_alter(add);
    }

    std::string key;
    quiet_run run{server_of_short_packets()};
    const std::filesystem::path throttle = run.flag().string() + ".throttle";
};

const std::string of_190_bytes = "CONCAT(REPEAT('k', 185), LPAD(i, 5, '0'))";

// Values go from rows of a chunk in flight to rows of the tail, which are flushed meanwhile, all of
// them together.
TEST_F(statements_about_many_keys, that_conflict_in_a_flush) {
    make_table("VARBINARY(200)", of_190_bytes, 300);
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 2});
    run.start(add, {.build = segue_build::faulty,
                    .faults = &faults,
                    .postponed = true,
                    .more = {"--threads=1", "--chunk-size=1000", "--default-retries=3"}});
    faults.wait_reached("copier.chunk_committed");
    auto& session = run.session();
    session.execute("BEGIN");
    session.execute("UPDATE t SET a=NULL");
    insert_rows(301, 600, "i-300");
    session.execute("COMMIT");
    run.wait_until("the new rows are there", [&] { return rows_in_ghost("n>300") == "300"; });
    faults.go("copier.chunk_committed");
    finish();
}

TEST_F(statements_about_many_keys, that_conflict_in_a_chunk_and_are_short) {
    make_table("INT", "i", 12'000);
    move_values_out_of_a_chunk(4'000);
}

// What the server collects of the keys is no longer than a packet either.
TEST_F(statements_about_many_keys, that_conflict_in_a_chunk_and_are_long) {
    make_table("VARBINARY(2800)", "CONCAT(REPEAT('k', 2790), LPAD(i, 5, '0'))", 30);
    move_values_out_of_a_chunk(10);
}

TEST_F(statements_about_many_keys, that_are_the_last_under_the_lock) {
    make_table("VARBINARY(200)", of_190_bytes, 400);
    fault_points faults;
    faults.pause("cut_over.before_lock");
    run.start(add, {.build = segue_build::faulty,
                    .faults = &faults,
                    .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("cut_over.before_lock");
    run.session().execute("UPDATE t SET a=a+1000");
    faults.go("cut_over.before_lock");
    run.expect_swapped();
    EXPECT_EQ(run.segue().err().find("gave way"), std::string::npos) << run.segue().err();
    run.expect_as_native_alter(add);
}

TEST_F(statements_about_many_keys, of_which_one_is_refused) {
    make_table("VARBINARY(200)", of_190_bytes, 400);
    run.session().execute("UPDATE t SET a=3000000000 DIV 10 WHERE n=371");
    run.start("MODIFY a SMALLINT", {.more = {"--chunk-size=1000"}});
    run.expect_failed({"the new table refuses the row id=X'", "Out of range value for column 'a'"});
    EXPECT_NE(run.segue().err().find("3030333731'"), std::string::npos) << run.segue().err();
}

TEST_F(statements_about_many_keys, which_are_too_long_for_the_server_are_refused_at_the_start) {
    make_table("VARBINARY(2800)", "CONCAT(REPEAT('k', 2790), LPAD(i, 5, '0'))", 20);
    const global_setting packet(server_of_short_packets(), "max_allowed_packet", "32768");
    expect_refused_and_nothing_left(run, add,
                                    {"max_allowed_packet is 32768",
                                     "SET GLOBAL "
                                     "max_allowed_packet="});
}

}  // namespace
}  // namespace segue::test
