// What CREATE TABLE ... LIKE does not carry over.
#include "tests/integration/migration/quiet_run.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

TEST(a_table_in_a_directory_of_its_own, is_refused_since_the_new_one_would_lie_elsewhere) {
    const auto directory =
        std::filesystem::temp_directory_path() / fmt::format("segue-data-directory-{}", ::getpid());
    std::filesystem::create_directory(directory);
    {
        const sandbox_server server({.mysqld = {"--innodb-directories=" + directory.string()}});
        quiet_run run(server);
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT) DATA DIRECTORY='" +
                              directory.string() + "'");
        run.session().execute("INSERT INTO t VALUES (1, 1)");
        run.start("ADD COLUMN b INT");
        run.expect_failed({"CREATE TABLE ... LIKE does not make a table of the same definition",
                           "DATA DIRECTORY='" + directory.string(), "plain ALTER TABLE"});
        EXPECT_EQ(run.everything(), "t:1");
    }
    std::filesystem::remove_all(directory);
}

class a_table_that_others_change_while_segue_starts : public testing::TestWithParam<const char*> {};

TEST_P(a_table_that_others_change_while_segue_starts, is_called_so) {
    for (const auto& [change, told] : std::map<std::string, std::string>{
             {"ALTER TABLE t ADD COLUMN q INT", "changed"}, {"RENAME TABLE t TO u", "renamed"}}) {
        quiet_run run(shared_server());
        // Between the look at the original and the making of the new one partitions are measured.
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2");
        fault_points faults;
        faults.pause("rename_cost.before_measuring");
        run.start("ADD COLUMN b INT",
                  {.build = segue_build::faulty, .faults = &faults, .more = {GetParam()}});
        faults.wait_reached("rename_cost.before_measuring");
        run.session().execute(change);
        faults.go("rename_cost.before_measuring");
        run.expect_failed({told + " by another session while Segue was starting", "Start again"});
        EXPECT_EQ(run.segue().err().find("plain ALTER TABLE"), std::string::npos)
            << run.segue().err();
        EXPECT_EQ(run.everything(), told == "changed" ? "t:0" : "u:0");
    }
}

INSTANTIATE_TEST_SUITE_P(mode, a_table_that_others_change_while_segue_starts,
                         testing::Values("--execute", "--execute=false"));

// Its collation is the connection's at the time, and SHOW CREATE TABLE does not tell it. By
// utf8mb4_general_ci the two rows would be equal.
TEST(a_unique_index_over_computed_text, compares_as_one_made_by_a_client_of_the_servers_own) {
    quiet_run run(shared_server());
    const std::string alter = "ADD UNIQUE KEY by_name ((CAST(names->>'$.a' AS CHAR(20))))";
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, names JSON)");
    run.session().execute(R"(INSERT INTO t VALUES (1, '{"a": "s"}'), (2, '{"a": "\\u00df"}'))");
    run.start(alter);
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

}  // namespace
}  // namespace segue::test
