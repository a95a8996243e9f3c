// Output that nobody reads, or not soon.
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;

/// A named pipe of one page, which is full until it is read.
class full_pipe {
  public:
    explicit full_pipe(const fs::path& path) {
        EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
        descriptor_ = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        EXPECT_GT(::fcntl(descriptor_, F_SETPIPE_SZ, 4096), 0);
        while (::write(descriptor_, "\n", 1) == 1) {
        }
    }
    full_pipe(const full_pipe&) = delete;
    full_pipe& operator=(const full_pipe&) = delete;
    ~full_pipe() { ::close(descriptor_); }

    std::string read_until(const std::string& text) const {
        std::string all;
        std::array<char, 512> part{};
        eventually("the pipe has: " + text, [&] {
            for (ssize_t got = 0; (got = ::read(descriptor_, part.data(), part.size())) > 0;)
                all.append(part.data(), static_cast<std::size_t>(got));
            return all.find(text) != std::string::npos;
        });
        return all.substr(all.find_first_not_of('\n'));
    }

  private:
    int descriptor_ = -1;
};

class output_that_nobody_reads : public testing::Test {
  protected:
    output_that_nobody_reads() {
        application_session session(server.over_tcp(), schema.name());
        session.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        session.execute("INSERT INTO t VALUES (1,1),(2,2),(3,3)");
    }
    ~output_that_nobody_reads() override { fs::remove_all(folder); }

    child_process start(const std::string& redirected,
                        const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{
            "-c", fmt::format(R"(p='{}'; exec "$0" "$@" {})", pipe_path.string(), redirected),
            segue_program(segue_build::released)};
        for (const auto& word :
             segue_arguments(server, {schema.name(), "t"}, "ADD COLUMN b INT", more))
            words.push_back(word);
        return child_process("/bin/sh", words, segue_variables(server));
    }
    bool swapped() const {
        application_session session(server.over_tcp(), schema.name());
        return !session.query("SHOW COLUMNS FROM t LIKE 'b'").empty();
    }

    const sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    static fs::path made(const fs::path& folder) {
        fs::create_directories(folder);
        return folder;
    }
    const fs::path folder = made(fs::temp_directory_path() /
                                 fmt::format("segue-unread-{}-{}", ::getpid(), schema.name()));
    const fs::path pipe_path = folder / "pipe";
    const full_pipe pipe = full_pipe(pipe_path);
};

TEST_F(output_that_nobody_reads, holds_up_no_swap_and_is_whole_for_a_late_reader) {
    auto segue = start(R"(>"$p" 2>&1)", {"--debug"});
    eventually("the tables are swapped", [&] { return swapped(); });
    const auto all = pipe.read_until("# Done\n");
    EXPECT_EQ(segue.wait(), 0) << all;
    std::size_t at = 0;
    for (const std::string part : {"# Migrating ", "INFO phase: copy\n", "# Swapped after ",
                                   "# The old table", "# Done\n"}) {
        const auto found = all.find(part, at);
        ASSERT_NE(found, std::string::npos) << part << all;
        at = found;
    }
}

TEST_F(output_that_nobody_reads, is_counted_where_that_can_be_told) {
    auto segue = start(R"(>"$p")");
    EXPECT_EQ(segue.wait(), 0) << segue.err();
    EXPECT_TRUE(swapped());
    EXPECT_NE(segue.err().find("could not be written, as nobody read them in time"),
              std::string::npos)
        << segue.err();
}

TEST_F(output_that_nobody_reads, holds_up_no_attempt_to_swap_that_tells_why_it_gave_way) {
    application_session holder(server.over_tcp(), schema.name());
    holder.execute("BEGIN");
    holder.query("SELECT * FROM t");
    // The first one that gives way tells so, and then counts as postponed.
    auto segue = start(R"(2>"$p")", {"--default-retries=1", "--cut-over-exponential-backoff",
                                     "--exponential-backoff-max-interval=2"});
    segue.wait_for_output("State: postponing cut-over");
    holder.execute("COMMIT");
    segue.wait_for_output("# Swapped after ");
    EXPECT_NE(pipe.read_until("cut-over attempt 1 gave way"), "");
    EXPECT_EQ(segue.wait(), 0);
    EXPECT_TRUE(swapped());
}

TEST_F(output_that_nobody_reads, does_not_keep_a_signal_from_ending_the_run) {
    const std::string flag = folder / "postpone";
    auto segue = start(R"(>"$p")", {"--postpone-cut-over-flag-file", flag});
    segue.wait_for_output("the cut-over is postponed until");
    segue.signal(SIGTERM);
    segue.wait_for_output("FATAL Left behind: ");
    EXPECT_EQ(segue.wait(), 1) << segue.err();
    EXPECT_FALSE(swapped());
}

TEST_F(output_that_nobody_reads, holds_a_rehearsal_up_until_its_report_is_read_whole) {
    auto segue = start(R"(>"$p")", {"--execute=false"});
    // Longer than a page of a pipe is the report, and nothing of it is lost.
    const auto report = pipe.read_until("Steps with --execute:");
    EXPECT_EQ(segue.wait(), 0) << segue.err();
    EXPECT_NE(report.find("`a`"), std::string::npos) << report;
}

TEST_F(output_that_nobody_reads, fails_a_rehearsal_that_is_ended_by_a_signal_before_it_is_read) {
    const fs::path hooks = folder / "hooks";
    fs::create_directories(hooks);
    const fs::path hook = hooks / "gh-ost-on-success";
    std::ofstream(hook) << "#!/bin/sh\ntouch '" << (folder / "done").string() << "'\n";
    fs::permissions(hook, fs::perms::owner_all);
    auto segue = start(R"(>"$p")", {"--execute=false", "--hooks-path=" + hooks.string()});
    eventually("the rehearsal has passed", [&] { return fs::exists(folder / "done"); });
    segue.signal(SIGTERM);
    segue.wait_for_output("stopping in order");
    segue.signal(SIGTERM);
    EXPECT_EQ(segue.wait(), 1) << segue.err();
}

}  // namespace
}  // namespace segue::test
