// A signal after the swap, or while nobody answers.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <regex>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace segue::test {
namespace {

class a_late_signal : public testing::Test {
  protected:
    a_late_signal() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 10), (2, 20)");
    }
    void expect_success_that_tells_what_is_left() {
        EXPECT_EQ(run.segue().wait(), 0) << run.segue().err();
        EXPECT_NE(run.segue().out().find("# Swapped after "), std::string::npos);
        EXPECT_EQ(run.segue().err().find("untouched"), std::string::npos) << run.segue().err();
        const auto left = run.tables().changelog.quoted() + ", " + run.tables().checkpoint.quoted();
        EXPECT_NE(run.segue().err().find(fmt::format(
                      "The tables are swapped, and the migration is done. Not dropped: {0}. To "
                      "clean up: DROP TABLE IF EXISTS {0};",
                      left)),
                  std::string::npos)
            << run.segue().err();
        run.session().execute("DROP TABLE IF EXISTS " + left);
        EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    }

    quiet_run run{shared_server()};
};

TEST_F(a_late_signal, in_the_clean_up_ends_it_and_the_run_is_a_success) {
    run.start("ADD COLUMN b INT", {.postponed = true, .more = {"--verbose=false"}});
    run.segue().wait_for_output("State: postponing cut-over");
    application_session holder(shared_server().over_tcp(), run.schema());
    holder.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    holder.execute("BEGIN");
    holder.query("SELECT * FROM _t_ghc");
    run.let_cut_over();
    run.segue().wait_for_output("# Swapped after ");
    run.wait_until("a DROP waits", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'DROP "
                   "TABLE%' AND state='Waiting for table metadata lock'") != "0";
    });
    // With no --verbose as well: who it waits for.
    run.segue().wait_for_output(fmt::format(
        "clean up after the swap: {} cannot be dropped yet, as the transaction of connection {} "
        "holds the table (",
        run.tables().changelog.quoted(), holder.query_value("SELECT CONNECTION_ID()").value()));
    run.segue().signal(SIGINT);
    run.segue().wait();
    holder.execute("COMMIT");
    expect_success_that_tells_what_is_left();
    EXPECT_NE(run.segue().err().find("the clean-up was ended by a signal"), std::string::npos);
}

TEST_F(a_late_signal, that_comes_twice_in_the_clean_up_leaves_the_run_a_success) {
    fault_points faults;
    faults.pause("migration.before_drop");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("migration.before_drop");
    run.segue().signal(SIGINT);
    run.segue().wait_for_output("a second signal ends the process at once");
    run.segue().signal(SIGINT);
    expect_success_that_tells_what_is_left();
    EXPECT_NE(run.segue().err().find("ended at once by a second signal"), std::string::npos);
}

TEST_F(a_late_signal, that_comes_twice_just_after_the_swap_names_the_tables_that_are_there) {
    fault_points faults;
    faults.pause("migration.swapped");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("migration.swapped");
    run.segue().signal(SIGTERM);
    run.segue().wait_for_output("a second signal ends the process at once");
    run.segue().signal(SIGTERM);
    expect_success_that_tells_what_is_left();
    EXPECT_NE(run.segue().err().find("The old table is kept as " + run.tables().old.quoted()),
              std::string::npos)
        << run.segue().err();
}

/// mysqld stands still, for as long as this lives.
class standstill {
  public:
    explicit standstill(application_session& by) {
        const auto file = by.query_value("SELECT @@pid_file").value();
        auto* const read = std::fopen(file.c_str(), "r");
        if (read == nullptr || std::fscanf(read, "%d", &process_) != 1) process_ = 0;
        if (read != nullptr) std::fclose(read);
        if (process_ > 0) ::kill(process_, SIGSTOP);
    }
    standstill(const standstill&) = delete;
    standstill& operator=(const standstill&) = delete;
    ~standstill() {
        if (process_ > 0) ::kill(process_, SIGCONT);
    }
    bool is_one() const { return process_ > 0; }

  private:
    int process_ = 0;
};

TEST_F(a_late_signal, ends_a_run_whose_server_stands_still) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    {
        const standstill server(run.session());
        ASSERT_TRUE(server.is_one());
        run.segue().wait_for_match(std::regex("HeartbeatLag: [1-9]"));
        run.segue().signal(SIGTERM);
        // Statements are given up much later.
        EXPECT_EQ(run.segue().wait(std::chrono::seconds(40)), 1) << run.segue().err();
    }
    EXPECT_NE(run.segue().err().find("The original table is untouched."), std::string::npos)
        << run.segue().err();
}

TEST_F(a_late_signal, ends_a_run_whose_output_nobody_reads) {
    const std::string fifo = run.flag().string() + ".fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const int held = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(held, 0);
    const std::array<char, 4096> filling{};
    while (::write(held, filling.data(), filling.size()) > 0) {
    }
    std::vector<std::string> arguments{"-c", "exec \"$0\" \"$@\" > " + fifo,
                                       segue_program(segue_build::released)};
    for (const auto& one : segue_arguments(shared_server(), run.table(), "ADD COLUMN b INT"))
        arguments.push_back(one);
    child_process segue("/bin/sh", arguments, segue_variables(shared_server()));
    eventually("the ghost table is there",
               [&] { return run.everything().find("_t_gho") != std::string::npos; });
    segue.signal(SIGTERM);
    EXPECT_EQ(segue.wait(std::chrono::seconds(60)), 1) << segue.err();
    EXPECT_NE(segue.err().find("The original table is untouched."), std::string::npos)
        << segue.err();
    ::close(held);
    std::filesystem::remove(fifo);
}

}  // namespace
}  // namespace segue::test
