#include "tests/support/child_process.hpp"

#include "src/base/error.hpp"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

TEST(child_process, tells_output_and_exit_code) {
    const auto result = run_command("sh", {"-c", "echo out; echo err >&2; exit 7"});
    EXPECT_EQ(result.exit_code, 7);
    EXPECT_EQ(result.out, "out\n");
    EXPECT_EQ(result.err, "err\n");
}

TEST(child_process, gives_variables_to_the_child) {
    const auto result = run_command("sh", {"-c", "echo $SEGUE_A-$HOME"},
                                    {{"SEGUE_A", "a b"}, {"HOME", "/nowhere"}});
    EXPECT_EQ(result.out, "a b-/nowhere\n");
}

TEST(child_process, output_is_seen_while_it_runs) {
    child_process child("sh", {"-c", "echo ready; exec sleep 600"});
    child.wait_for_output("ready");
    EXPECT_TRUE(child.running());
    EXPECT_THROW(child.wait(50ms), error);
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(), 128 + SIGTERM);
    EXPECT_FALSE(child.running());
}

TEST(child_process, output_that_never_comes_is_an_error_that_shows_what_came) {
    child_process child("sh", {"-c", "echo something else"});
    try {
        child.wait_for_output("ready");
        FAIL();
    } catch (const error& failed) {
        EXPECT_NE(std::string(failed.what()).find("something else"), std::string::npos);
    }
}

TEST(child_process, a_pattern_can_be_waited_for) {
    child_process child("sh", {"-c", "echo Copy: 5/10 50.0% >&2; exec sleep 600"});
    child.wait_for_match(std::regex("Copy: [0-9]+/10"));
}

TEST(child_process, much_output_is_collected_whole) {
    const auto result = run_command("sh", {"-c", "head -c 3000000 /dev/zero"});
    EXPECT_EQ(result.out.size(), 3000000U);
}

TEST(child_process, a_grandchild_that_keeps_the_output_open_does_not_hold_the_wait) {
    const auto result = run_command("sh", {"-c", "sleep 600 & echo $!"});
    EXPECT_EQ(result.exit_code, 0);
    ::kill(std::stoi(result.out), SIGKILL);
}

TEST(child_process, the_destructor_kills) {
    pid_t pid = 0;
    {
        child_process child("sleep", {"600"});
        pid = child.pid();
    }
    EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(child_process, a_program_that_is_not_there_is_an_error) {
    EXPECT_THROW(child_process("/no/such/program", {}), error);
}

TEST(child_process, a_terminal_is_one_for_both_outputs_and_has_its_size) {
    child_process child("sh", {"-c", "test -t 1 && test -t 2 && stty size <&1 && echo err >&2"}, {},
                        terminal_size{.columns = 61, .rows = 17});
    EXPECT_EQ(child.wait(std::chrono::seconds(60)), 0);
    EXPECT_EQ(child.out(), "17 61\r\nerr\r\n");
    EXPECT_EQ(child.err(), "");
}

TEST(child_process, has_nothing_open_that_its_parent_has) {
    // A number that nobody else has.
    const int left_open = ::fcntl(STDERR_FILENO, F_DUPFD, 100);
    ASSERT_GE(left_open, 100);
    const auto result = run_command("sh", {"-c", "ls /proc/$$/fd"});
    ::close(left_open);
    EXPECT_EQ(result.out.find(std::to_string(left_open) + "\n"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace segue::test
