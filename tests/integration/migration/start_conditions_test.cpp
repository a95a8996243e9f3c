// What a start meets that only others can end: it says who, and what to do.
#include "tests/integration/migration/quiet_run.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_start : public testing::Test {
  protected:
    a_start() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    }
    /// That the lock is the test's own session's, which sees to its end afterwards.
    void expect_held_up_by(const std::string& lock, const std::string& told,
                           const std::string& next, const std::string& unlock,
                           const std::vector<std::string>& more) {
        run.session().execute(lock);
        run.start("ADD COLUMN b INT", {.more = more});
        run.expect_failed(
            {fmt::format("a lock keeps Segue from reading {} or making a table beside it: ",
                         run.table().quoted()),
             fmt::format("connection {} {} (segue@", run.session().connection_id(), told),
             "MySQL error 1205", next, "The original table is untouched."});
        run.session().execute(unlock);
        EXPECT_EQ(run.everything(), "t:2");
    }
    const std::vector<std::string> rehearsal{"--execute=false"};

    const sandbox_server& server = shared_server();
    quiet_run run{server};
};

TEST_F(a_start, beside_a_backup_says_who_makes_it) {
    application_session reader(server.over_tcp(), run.schema());
    reader.execute("START TRANSACTION");
    reader.query("SELECT * FROM t");  // holds up nobody, and is not what is named
    expect_held_up_by("LOCK INSTANCE FOR BACKUP", "holds LOCK INSTANCE FOR BACKUP",
                      "A backup is running", "UNLOCK INSTANCE", rehearsal);
    reader.execute("COMMIT");
}

TEST_F(a_start, under_a_read_lock_of_the_server_says_whose_it_is) {
    expect_held_up_by("FLUSH TABLES WITH READ LOCK",
                      "holds FLUSH TABLES WITH READ LOCK, or waits for it",
                      "until it is given up (UNLOCK TABLES", "UNLOCK TABLES", {});
}

TEST_F(a_start, on_a_table_that_somebody_locks_says_who_and_how_to_end_it) {
    expect_held_up_by("LOCK TABLES t WRITE", "holds the table",
                      fmt::format("end it (KILL {})", run.session().connection_id()),
                      "UNLOCK TABLES", rehearsal);
}

TEST_F(a_start, waits_for_another_that_ends_soon) {
    run.session().execute("DO GET_LOCK(CONCAT('segue/', LEFT(SHA2('" + run.table().quoted() +
                          "',256),50)), 0)");
    run.start("ADD COLUMN b INT", {.more = rehearsal});
    run.segue().wait_for_output("waiting for it, for up to ");
    run.session().execute("DO RELEASE_ALL_LOCKS()");
    run.expect_swapped();  // exit code 0
}

TEST_F(a_start, on_a_read_only_server_is_refused_whoever_asks) {
    // The account of run.start() is one that the server would not stop.
    const global_setting read_only(server, "read_only", "ON");
    for (const auto* execute : {"--execute=false", "--execute"}) {
        run.start("ADD COLUMN b INT", {.more = {execute}});
        run.expect_failed({"is read_only (super_read_only is OFF)", "SET GLOBAL read_only=OFF",
                           "The original table is untouched."});
    }
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(a_start, whose_report_cannot_be_written_fails_if_it_is_a_rehearsal) {
    const auto arguments =
        segue_arguments(server, run.table(), "ADD COLUMN b INT", {"--execute=false"});
    std::vector<std::string> command{"-c", "exec \"$0\" \"$@\" >/dev/full",
                                     segue_program(segue_build::released)};
    command.insert(command.end(), arguments.begin(), arguments.end());
    child_process segue("/bin/sh", command, segue_variables(server));
    EXPECT_EQ(segue.wait(), 1) << segue.err();
    EXPECT_NE(segue.err().find("the rehearsal's report could not be written to stdout"),
              std::string::npos)
        << segue.err();
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(a_start, with_less_to_see_does_not_say_that_every_check_passed) {
    const auto name = "less_" + run.schema();
    db::session root = server.root();
    root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'p'", name));
    root.execute(
        fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, "
                    "LOCK TABLES ON {}.* TO {}",
                    run.schema(), name));
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", name));
    run.start("ADD COLUMN b INT",
              {.more = {"--execute=false", "--user=" + name}, .variables = {{"MYSQL_PWD", "p"}}});
    run.expect_swapped();  // exit code 0
    const auto out = run.segue().out();
    EXPECT_NE(out.find("\nWarning: without the TRIGGER privilege"), std::string::npos) << out;
    EXPECT_NE(out.find("No check failed, but there are "), std::string::npos) << out;
    EXPECT_EQ(out.find("Every check passed"), std::string::npos) << out;
    root.execute("DROP USER " + name);
}

}  // namespace
}  // namespace segue::test
