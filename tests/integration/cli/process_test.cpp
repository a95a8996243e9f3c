// The process around a migration: its descriptors, its terminal, its flag files.
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <pty.h>
#include <string>
#include <string_view>
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

TEST_F(the_process, fails_when_a_rehearsal_has_nowhere_to_report_to) {
    for (const auto* const command :
         {R"(exec "$0" "$@" >&-)", R"(exec "$0" "$@" >/dev/full)", R"(exec "$0" "$@" <&- >&-)"}) {
        auto segue = in_shell(command, {"--execute=false"});
        EXPECT_EQ(segue.wait(limit), 1) << command;
        EXPECT_NE(segue.err().find("could not be written to stdout"), std::string::npos)
            << command << segue.err();
    }
}

TEST_F(the_process, fails_when_its_help_could_not_be_written) {
    for (const auto* const command : {R"("$0" --help >&-)", R"("$0" --version >/dev/full)"}) {
        auto segue = in_shell(command);
        EXPECT_EQ(segue.wait(limit), 1) << command;
    }
}

TEST_F(the_process, fails_when_what_is_left_could_not_be_told) {
    for (const std::string more : {"", " --json"}) {
        const auto result = run_command(
            "/bin/sh",
            {"-c", fmt::format("{} cleanup --host={} --port={} --user={} --database={} --table=t{} "
                               ">/dev/full",
                               segue_program(segue_build::released), server.host(), server.port(),
                               server.user(), schema.name(), more)},
            segue_variables(server), limit);
        EXPECT_EQ(result.exit_code, 1) << result.err;
        EXPECT_NE(result.err.find("could not be written to stdout"), std::string::npos);
    }
}

TEST_F(the_process, is_not_ended_by_a_limit_on_the_size_of_files) {
    // The shell's limit is in blocks, so what is there already leaves no room.
    const auto limited = fmt::format(
        R"(f='{}'; head -c 1024 /dev/zero >"$f"; ulimit -f 1; "$0" "$@" >>"$f"; echo "exit $?" >&2)",
        path("out"));
    auto rehearsal = in_shell(limited, {"--execute=false"});
    rehearsal.wait(limit);
    EXPECT_NE(rehearsal.err().find("exit 1\n"), std::string::npos) << rehearsal.err();
    auto segue = in_shell(limited);
    segue.wait(limit);
    EXPECT_NE(segue.err().find("exit 0\n"), std::string::npos) << segue.err();
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
    segue.wait_for_output("copying, or verifying, waits while " + path("throttle") + " exists",
                          limit);
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

TEST_F(the_process, reads_the_option_file_again_at_sighup_and_goes_on) {
    make("throttle");
    application_session root(server.over_tcp(), schema.name());
    const auto account = "'" + schema.name() + "'@'%'";
    root.execute("CREATE USER " + account + " IDENTIFIED BY 'one'");
    root.execute("GRANT ALL ON *.* TO " + account);
    const auto write_password = [&](const std::string& password) {
        std::ofstream(path("conf"))
            << "[client]\nuser=" << schema.name() << "\npassword=" << password << "\n";
    };
    write_password("one");
    auto segue = start({"--user=", "--conf=" + path("conf"), throttle_flag()});
    segue.wait_for_output("throttled, flag-file", limit);

    fs::remove(path("conf"));
    segue.signal(SIGHUP);
    segue.wait_for_output("what was read at the start goes on to hold", limit);

    const auto kill_sessions = [&] {
        for (const auto& row :
             root.query("SELECT ID FROM information_schema.PROCESSLIST WHERE USER='" +
                        schema.name() + "'"))
            try {
                root.execute("KILL " + row[0].value_or(""));
            } catch (const error&) {
                // It has ended.
            }
    };
    write_password("wrong");
    segue.signal(SIGHUP);
    segue.wait_for_output("was read again", limit);
    kill_sessions();
    const std::string denied =
        "WARNING the server denies the login that was read again (MySQL error 1045); going on with "
        "the one of the start";
    segue.wait_for_output(denied, limit);
    eventually("it has sessions again", [&] {
        return root.query_value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER='" +
                                schema.name() + "'") != "0";
    });

    // Both are taken until what is read again is known to be, as some session may be made just now.
    root.execute("ALTER USER " + account + " IDENTIFIED BY 'two' RETAIN CURRENT PASSWORD");
    write_password("two");
    const auto told_before = segue.err().size();
    segue.signal(SIGHUP);
    eventually("the file was read again", [&] {
        return segue.err().find("was read again; connections", told_before) != std::string::npos;
    });
    root.execute("ALTER USER " + account + " DISCARD OLD PASSWORD");
    // Every session that comes after needs the new password.
    kill_sessions();
    fs::remove(path("throttle"));
    EXPECT_EQ(segue.wait(limit), 0) << segue.err();
    EXPECT_TRUE(swapped());
    EXPECT_EQ(segue.err().find("two"), std::string::npos);
    const auto told = segue.err();
    EXPECT_EQ(told.find(denied), told.rfind(denied)) << told;
    root.execute("DROP USER " + account);
}

TEST_F(the_process, tells_a_password_that_was_changed_under_it_from_a_wrong_one) {
    make("throttle");
    application_session root(server.over_tcp(), schema.name());
    const auto account = "'" + schema.name() + "'@'%'";
    root.execute("CREATE USER " + account + " IDENTIFIED BY 'one'");
    root.execute("GRANT ALL ON *.* TO " + account);
    auto segue = start({"--user=" + schema.name(), "--password=one", throttle_flag()});
    segue.wait_for_output("throttled, flag-file", limit);
    root.execute("ALTER USER " + account + " IDENTIFIED BY 'two'");
    for (const auto& row : root.query("SELECT ID FROM information_schema.PROCESSLIST WHERE USER='" +
                                      schema.name() + "'")) {
        try {
            root.execute("KILL " + row[0].value_or(""));
        } catch (const error& failure) {
            // It has ended by itself.
            if (failure.mysql_errno() != er::no_such_thread) throw;
        }
    }
    EXPECT_EQ(segue.wait(limit), 1) << segue.err();
    EXPECT_NE(segue.err().find("It was taken earlier in this run, so the password or the account "
                               "was changed on the server since"),
              std::string::npos)
        << segue.err();
    EXPECT_EQ(segue.err().find("REQUIRE SSL"), std::string::npos) << segue.err();
    root.execute("DROP USER " + account);
}

TEST_F(the_process, goes_on_when_its_terminal_is_gone) {
    make("throttle");
    auto words = arguments({throttle_flag(), "--debug"});
    words.insert(words.begin(), segue_program(segue_build::released));
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::setenv("MYSQL_PWD", server.password().c_str(), 1);
    ::setenv("TERM", "xterm", 1);
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    std::string shown;
    std::array<char, 4096> buffer{};
    while (shown.find("copy ") == std::string::npos) {
        const auto count = ::read(terminal, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        ASSERT_GT(count, 0) << shown;
        shown.append(buffer.data(), static_cast<std::size_t>(count));
    }
    // The session's leader gets SIGHUP, and every write of it EIO from now on.
    ::close(terminal);
    fs::remove(path("throttle"));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_TRUE(swapped());
}

class at_the_start : public the_process {
  protected:
    command_result rehearse(const std::vector<std::string>& more) const {
        auto words = arguments(more);
        std::erase(words, "--execute");
        return run_command(segue_program(segue_build::released), words, segue_variables(server));
    }
    std::string refusal(const std::vector<std::string>& more) const {
        const auto result = rehearse(more);
        EXPECT_EQ(result.exit_code, 1) << result.out;
        return result.err;
    }
    static bool has(const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    }
};

TEST_F(at_the_start, a_load_that_the_server_does_not_know_is_refused_with_the_nearest_name) {
    for (const auto* flag : {"--max-load=Thread_running=25", "--critical-load=Thread_running=25"}) {
        const auto told = refusal({flag});
        EXPECT_TRUE(has(told, "no status variable Thread_running")) << told;
        EXPECT_TRUE(has(told, "Was Threads_running meant?")) << told;
    }
    auto segue = start({"--max-load=Thread_running=25"});
    EXPECT_EQ(segue.wait(limit), 1);
    EXPECT_EQ(rehearse({"--max-load=threads_running=1000"}).exit_code, 0);
}

TEST_F(at_the_start, an_account_that_must_use_tls_is_told_of_the_flag) {
    application_session root(server.over_tcp(), schema.name());
    const auto account = "'" + schema.name() + "'@'%'";
    root.execute("CREATE USER " + account + " IDENTIFIED BY 'one' REQUIRE SSL");
    const std::vector<std::string> login{"--user=" + schema.name(), "--password=one"};
    const auto told = refusal(login);
    EXPECT_TRUE(has(told, "REQUIRE SSL") && has(told, "--ssl")) << told;
    root.execute("ALTER USER " + account + " REQUIRE X509");
    auto encrypted = login;
    encrypted.insert(encrypted.end(), {"--ssl", "--ssl-allow-insecure"});
    const auto certificate = refusal(encrypted);
    EXPECT_TRUE(has(certificate, "REQUIRE X509") && has(certificate, "--ssl-cert")) << certificate;
    root.execute("DROP USER " + account);
}

TEST_F(at_the_start, a_server_that_cannot_be_reached_is_named_with_the_next_step) {
    const auto nobody = refusal({"--port=1"});
    EXPECT_TRUE(has(nobody, "logging in to " + server.host() + ":1 as '" + server.user() + "': ") &&
                has(nobody, "Look at --host and --port"))
        << nobody;
    const auto encrypted = refusal({"--port=1", "--ssl", "--ssl-allow-insecure"});
    EXPECT_TRUE(has(encrypted, ":1 as '") && has(encrypted, "Look at --host and --port"))
        << encrypted;
    const auto unknown = refusal({"--host=nowhere.invalid"});
    EXPECT_TRUE(has(unknown, "logging in to nowhere.invalid:") && has(unknown, "look at --host"))
        << unknown;
    auto by_socket = rehearse({"--socket=/nowhere.sock"});
    EXPECT_TRUE(has(by_socket.err, "logging in to /nowhere.sock as '") &&
                has(by_socket.err, "what --socket must be"))
        << by_socket.err;
    const auto denied = refusal({"--password=wrong"});
    EXPECT_TRUE(has(denied, fmt::format("logging in to {}:{} as '{}': Access denied", server.host(),
                                        server.port(), server.user())) &&
                has(denied, "Either user or password is wrong"))
        << denied;
}

// The server makes up a plugin for each of them: with 12 names each of its own is nearly surely
// among them.
TEST_F(at_the_start, a_user_that_does_not_exist_is_told_as_one_whatever_the_server_makes_up) {
    for (const auto* mode : {"--ssl-mode=DISABLED", "--ssl-mode=REQUIRED"})
        for (int i = 0; i < 12; ++i) {
            const auto told =
                refusal({fmt::format("--user=nobody{}", i), "--password=wrong", mode});
            EXPECT_TRUE(has(told, "no such user") || has(told, "Either user or password is wrong"))
                << told;
            EXPECT_TRUE(std::ranges::all_of(told, [](char c) {
                return c == '\n' || (c >= ' ' && c <= '~');
            })) << testing::PrintToString(told);
        }
}

TEST_F(at_the_start, a_certificate_that_does_not_pass_is_told_with_the_flags_that_help) {
    const auto unknown = refusal({"--ssl"});
    EXPECT_TRUE(has(unknown, "--ssl-ca") && has(unknown, "--ssl-allow-insecure")) << unknown;
    const auto ca = (server.data_folder() / "ca.pem").string();
    const auto nameless = refusal({"--ssl", "--ssl-ca=" + ca});
    EXPECT_TRUE(has(nameless, "--host") && has(nameless, "--ssl-allow-insecure")) << nameless;
    const auto missing = refusal({"--ssl", "--ssl-ca=/nowhere.pem"});
    EXPECT_TRUE(has(missing, "--ssl-ca=/nowhere.pem: No such file")) << missing;
    make("empty.pem");
    const auto empty = refusal({"--ssl", "--ssl-ca=" + path("empty.pem")});
    EXPECT_TRUE(has(empty, "CA file of --ssl-ca, " + path("empty.pem"))) << empty;
}

TEST_F(at_the_start, a_letter_that_is_none_is_named_when_the_server_refuses_the_alter) {
    const auto told = refusal({"--alter=ADD INDEX i (a\u2013)"});
    EXPECT_TRUE(has(told, "the server refuses this ALTER")) << told;
    EXPECT_TRUE(has(told, "U+2013 (a typographic dash)")) << told;
}

// The server would add a column of an odd name, and would know no such algorithm.
TEST_F(at_the_start, what_is_practically_always_a_mistake_in_the_alter_is_refused) {
    const auto space = refusal({"--alter=ADD COLUMN nb\u00A0INT INT"});
    EXPECT_TRUE(has(space, "U+00A0 (a no-break space) stands behind \"ADD COLUMN nb\"")) << space;
    const auto algorithm = refusal({"--alter=ADD COLUMN b INT, ALGORITHM=FOO"});
    EXPECT_TRUE(has(algorithm, "ALGORITHM=FOO: MySQL knows the ALGORITHM DEFAULT, INSTANT"))
        << algorithm;
    EXPECT_TRUE(has(refusal({"--alter=ALGORITHM=INPLACE"}), "write ENGINE=InnoDB"));
}

}  // namespace
}  // namespace segue::test
