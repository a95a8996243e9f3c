// The process around a migration: its descriptors, its terminal, its flag files.
#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <pty.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds limit{120};

class the_process : public testing::Test {
  protected:
    the_process() {
        fs::create_directories(folder);
        application_session session(server.over_tcp(), schema.name());
        session.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        session.execute("INSERT INTO t VALUES (1,1),(2,2),(3,3)");
    }
    ~the_process() override { fs::remove_all(folder); }

    std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
        return segue_arguments(server, {schema.name(), "t"}, "ADD COLUMN b INT", more);
    }

    /// Segue as a shell starts it; `command` has it as "$0" "$@".
    child_process in_shell(const std::string& command,
                           const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"-c", command, segue_program(segue_build::released)};
        for (const auto& word : arguments(more)) words.push_back(word);
        return child_process("/bin/sh", words, segue_variables(server));
    }

    segue_process start(const std::vector<std::string>& more) const {
        return segue_process(segue_build::released, arguments(more), segue_variables(server));
    }

    bool swapped() const {
        application_session session(server.over_tcp(), schema.name());
        return !session.query("SHOW COLUMNS FROM t LIKE 'b'").empty();
    }

    std::string path(const std::string& name) const { return (folder / name).string(); }
    std::string throttle_flag() const { return "--throttle-flag-file=" + path("throttle"); }
    void make(const std::string& name) const { std::ofstream(path(name)).put('\n'); }

    const sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    const fs::path folder =
        fs::temp_directory_path() / fmt::format("segue-process-{}-{}", ::getpid(), schema.name());
};

TEST_F(the_process, migrates_with_standard_output_closed) {
    auto segue = in_shell(R"(exec "$0" "$@" >&-)");
    EXPECT_EQ(segue.wait(limit), 0) << segue.err();
    EXPECT_TRUE(swapped());
}

TEST_F(the_process, migrates_with_all_standard_descriptors_closed) {
    auto segue = in_shell(R"(exec "$0" "$@" <&- >&- 2>&-)", {"--debug"});
    EXPECT_EQ(segue.wait(limit), 0);
    EXPECT_TRUE(swapped());
}

TEST_F(the_process, goes_on_when_the_reader_of_its_output_is_gone) {
    make("throttle");
    auto segue = in_shell(R"({ "$0" "$@" 2>&1; echo "exit $?" >&3; } 3>&2 | head -n 1)",
                          {"--debug", throttle_flag()});
    // The first line ends `head`, and later ones find nobody.
    segue.wait_for_output("# Migrating", limit);
    fs::remove(path("throttle"));
    segue.wait(limit);
    EXPECT_EQ(segue.err(), "exit 0\n");
    EXPECT_TRUE(swapped());
}

TEST_F(the_process, waits_while_a_throttle_flag_cannot_be_looked_at_and_says_so_once) {
    fs::create_symlink(path("throttle"), path("throttle"));
    auto segue = start({throttle_flag()});
    segue.wait_for_output("throttled, flag-file", limit);
    fs::remove(path("throttle"));
    ASSERT_EQ(segue.wait(limit), 0) << segue.err();
    const auto told = segue.err();
    const auto first = told.find("cannot be looked at");
    ASSERT_NE(first, std::string::npos) << told;
    EXPECT_EQ(told.find("cannot be looked at", first + 1), std::string::npos) << told;
    EXPECT_NE(told.find("can be looked at again"), std::string::npos) << told;
    EXPECT_NE(segue.out().find("[set: it cannot be looked at"), std::string::npos) << segue.out();
    EXPECT_TRUE(swapped());
}

TEST_F(the_process, postpones_the_swap_while_the_flag_for_it_cannot_be_looked_at) {
    auto segue = start({"--postpone-cut-over-flag-file=" + path("postpone")});
    segue.wait_for_output("the cut-over is postponed", limit);
    // A link to itself takes the file's place.
    fs::create_symlink(path("postpone"), path("circle"));
    fs::rename(path("circle"), path("postpone"));
    segue.wait_for_output("cannot be looked at", limit);
    EXPECT_FALSE(swapped());
    EXPECT_TRUE(segue.running());
    fs::remove(path("postpone"));
    ASSERT_EQ(segue.wait(limit), 0) << segue.err();
    EXPECT_TRUE(swapped());
}

}  // namespace
}  // namespace segue::test
