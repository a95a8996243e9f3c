// A split that is killed, and gone on with.
#include "tests/integration/split/split_run.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

class split_killed : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override { run.fill_t(3'000); }
    void kill_at(const std::string& point, std::vector<std::string> flags) {
        fault_points faults;
        faults.abort(point);
        const auto process = run.start_split(flags, &faults);
        EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL)
            << point << process->out() << process->err();
    }
    split_run run{shared_server({"--secure-file-priv="}, GetParam())};
};

TEST_P(split_killed, while_it_copies_goes_on) {
    split_writers by(run, 2);
    kill_at("copier.chunk_committed", run.numbered({"--chunk-size=100"}));
    by.go_on(200);
    const auto process = run.start_split(run.numbered());
    process->wait_for_output("going on with what an earlier run left");
    split_run::wait_until_in_step(*process);
    by.stop();
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    run.expect_equal();
}

TEST_P(split_killed, what_is_left_is_shown_and_dropped_by_cleanup) {
    kill_at("split.copied", run.numbered());
    for (const std::string table : {"t", "a"}) {
        const std::vector<std::string> words = {"cleanup",
                                                "--host=" + run.server().host(),
                                                "--port=" + std::to_string(run.server().port()),
                                                "--user=" + run.server().user(),
                                                "--database=" + run.schema(),
                                                "--table=" + table};
        segue_process shown(segue_build::released, words, segue_variables(run.server()));
        EXPECT_EQ(shown.wait(3 * patience), 0) << shown.err();
        EXPECT_NE(shown.out().find("goes on from there. To give it up, add --execute, which drops"),
                  std::string::npos)
            << shown.out();
    }
    const std::vector<std::string> words = {"cleanup",
                                            "--execute",
                                            "--host=" + run.server().host(),
                                            "--port=" + std::to_string(run.server().port()),
                                            "--user=" + run.server().user(),
                                            "--database=" + run.schema(),
                                            "--table=a"};
    segue_process done(segue_build::released, words, segue_variables(run.server()));
    EXPECT_EQ(done.wait(3 * patience), 0) << done.err();
    EXPECT_EQ(run.tables(), "a,t");
}

class long_split_killed : public split_killed {};

TEST_P(long_split_killed, ended_by_a_command_it_goes_on_and_ends_by_a_file) {
    {
        const auto process = run.start_split(run.coded());
        split_run::wait_until_in_step(*process);
        EXPECT_NE(run.other_on_socket("panic").find("so the split of"), std::string::npos);
        EXPECT_EQ(process->wait(3 * patience), 1) << process->out();
    }
    run.session().execute("UPDATE t SET city='meanwhile', n=n+1 WHERE id<100");
    const temporary_folder folder;
    const std::string file = folder.path() / "finish";
    const auto process = run.start_split(run.coded({"--finish-flag-file=" + file, "--resume"}));
    split_run::wait_until_in_step(*process);
    std::ofstream made(file);
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    run.expect_equal(/*numbers=*/false);
}

TEST_P(long_split_killed, at_each_step_goes_on_by_the_same_command) {
    const auto flags = run.numbered({"--finish-when-copied", "--finish=lock"});
    split_writers by(run, 2);
    for (const char* const point :
         {"split.state_begun", "split.target_made", "split.state_complete",
          "copier.chunk_committed", "split.copied", "split.verified", "split.before_lock",
          "split.locked", "cut_over.flushed"}) {
        kill_at(point, flags);
        by.go_on(50);
    }
    by.stop();
    run.split(0, flags);
    run.expect_equal();
    EXPECT_EQ(run.tables(), "a,t");
}

TEST_P(long_split_killed, behind_its_end_it_is_told_and_nothing_is_carried_over) {
    for (const std::string end : {"lock", "in-step"}) {
        const auto flags = run.numbered({"--finish-when-copied", "--finish=" + end});
        kill_at(end == "lock" ? "split.end_is_committed" : "split.ended", flags);
        run.session().execute("UPDATE t SET city='later' WHERE id=1");
        const auto told = run.split(0, flags);
        EXPECT_NE(told.find("has ended before, at "), std::string::npos) << told;
        EXPECT_EQ(run.value("SELECT town FROM a WHERE user_id=1"), "c1");
        EXPECT_EQ(run.tables(), "a,t");
        run.session().execute("DROP TABLE a");
        run.session().execute("UPDATE t SET city='c1' WHERE id=1");
    }
}

INSTANTIATE_TEST_SUITE_P(here, split_killed, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_here, long_split_killed, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, long_split_killed,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });

}  // namespace
}  // namespace segue::test
