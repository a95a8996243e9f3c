// Who logs in, how far the way there is encrypted, and that no password is seen on it.
#include "src/base/error.hpp"
#include "src/db/session_factory.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/plain_server.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using wire::tls_mode;

constexpr std::chrono::seconds limit{120};

std::string text_of(const fs::path& file) {
    std::ifstream from(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

class an_account : public testing::Test {
  protected:
    an_account() : an_account(shared_server()) {}
    explicit an_account(const sandbox_server& on)
        : server(on), schema(on), root(on.over_tcp(), schema.name()) {
        fs::create_directories(folder);
        root.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        root.execute("CREATE USER " + account + " IDENTIFIED BY 'none'");
        root.execute("GRANT ALL ON *.* TO " + account);
    }
    ~an_account() override {
        root.execute("DROP USER " + account);
        fs::remove_all(folder);
    }

    void set_password(const std::string& password) {
        std::string literal;
        for (const char c : password) {
            if (c == '\'' || c == '\\') literal += '\\';
            literal += c;
        }
        root.execute("ALTER USER " + account + " IDENTIFIED BY '" + literal + "'");
    }

    std::vector<std::string> arguments(const std::vector<std::string>& more) const {
        auto all = segue_arguments(server, {schema.name(), "t"}, "ADD COLUMN b INT",
                                   {"--user=" + schema.name()});
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    segue_process start(const std::vector<std::string>& more, environment variables = {}) const {
        variables.emplace("HOME", folder.string());
        return segue_process(segue_build::released, arguments(more), variables);
    }
    command_result rehearse(const std::vector<std::string>& more,
                            environment variables = {}) const {
        variables.emplace("HOME", folder.string());
        auto all = arguments(more);
        all.emplace_back("--execute=false");
        return run_command(segue_program(segue_build::released), all, variables, limit);
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name) << text;
        fs::permissions(folder / name, fs::perms::owner_read | fs::perms::owner_write);
    }
    std::string path(const std::string& name) const { return (folder / name).string(); }
    std::string ca() const { return (server.data_folder() / "ca.pem").string(); }

    /// How the account's sessions came, the reader of the binary log among them: "SSL/TLS".
    std::string connection_types() {
        std::string all;
        for (const auto& row :
             root.query("SELECT DISTINCT CONNECTION_TYPE FROM performance_schema.threads WHERE "
                        "PROCESSLIST_USER='" +
                        schema.name() + "' ORDER BY 1"))
            all += (all.empty() ? "" : " ") + row[0].value_or("NULL");
        return all;
    }
    bool reads_the_log() {
        return root.query_value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER='" +
                                schema.name() + "' AND COMMAND LIKE 'Binlog Dump%'") == "1";
    }

    const sandbox_server& server;
    const fresh_schema schema;
    application_session root;
    const std::string account = "'" + schema.name() + "'@'%'";
    const fs::path folder =
        fs::temp_directory_path() / fmt::format("segue-account-{}-{}", ::getpid(), schema.name());
};

TEST_F(an_account, logs_in_with_any_characters_in_its_password_from_a_file_or_a_variable) {
    for (const std::string password :
         {"a;b#c", "it's \"quoted\"", R"(back\slash\\n)", " spaces  inside ",
          "p\xC3\xA4ss\xE2\x82\xAC", "${NOT_SET_AT_ALL", "=;=#", "'", "\\"}) {
        set_password(password);
        write("conf", "[client]\npassword=\"" + password + "\"\n");
        EXPECT_EQ(rehearse({"--conf=" + path("conf")}).exit_code, 0) << password;
        write("conf", "[client]\npassword=${ACCOUNT_PASSWORD}\n");
        EXPECT_EQ(rehearse({"--conf=" + path("conf")}, {{"ACCOUNT_PASSWORD", password}}).exit_code,
                  0)
            << password;
        EXPECT_EQ(rehearse({}, {{"MYSQL_PWD", password}}).exit_code, 0) << password;
        EXPECT_EQ(rehearse({"--password=" + password}).exit_code, 0) << password;
    }
}

TEST_F(an_account, logs_in_by_the_file_of_ones_own_as_mysqls_programs_read_it) {
    const std::string password = "p#;w\\x\"q' ";
    set_password(password);
    write(".my.cnf", "[client]\nhost=nowhere.invalid\nport=1\nuser=" + schema.name() +
                         R"(
password = "p#;w\\x\"q'\s" # a comment
)");
    auto without_user = arguments({"--user=", "--execute=false"});
    const auto taken = run_command(segue_program(segue_build::released), without_user,
                                   {{"HOME", folder.string()}}, limit);
    EXPECT_EQ(taken.exit_code, 0) << taken.err;
    // It is for its own user alone, and comes before the environment.
    EXPECT_EQ(rehearse({}, {{"MYSQL_PWD", "wrong"}}).exit_code, 0);
    EXPECT_EQ(rehearse({"--password=wrong"}).exit_code, 1);
    EXPECT_EQ(rehearse({"--user=" + server.user()}, {{"MYSQL_PWD", server.password()}}).exit_code,
              0);
    // Whoever may write to it could send us elsewhere.
    fs::permissions(folder / ".my.cnf", fs::perms::others_write, fs::perm_options::add);
    const auto open = rehearse({});
    EXPECT_EQ(open.exit_code, 1);
    EXPECT_THAT(open.err, HasSubstr(path(".my.cnf") + " is not used"));
}

TEST_F(an_account, takes_tls_from_the_file_of_ones_own_where_no_flag_speaks_of_it) {
    set_password("one");
    root.execute("ALTER USER " + account + " REQUIRE SSL");
    write(".my.cnf", "[client]\npassword=one\nssl_ca=" + ca() + "\n");
    EXPECT_EQ(rehearse({}).exit_code, 0);
    EXPECT_EQ(rehearse({"--ssl-mode=DISABLED"}).exit_code, 1);
    write(".my.cnf", "[client]\npassword=one\nssl-mode=required\n");
    EXPECT_EQ(rehearse({}).exit_code, 0);
    write(".my.cnf", "[client]\npassword=one\n");
    EXPECT_EQ(rehearse({}).exit_code, 1);
}

TEST_F(an_account, whose_password_is_given_shows_it_nowhere) {
    const std::string password = "Zx9'q;#secret";
    set_password(password);
    write("throttle", "");
    auto segue = start({"--password", password, "--debug", "--json", "--report=" + path("report"),
                        "--throttle-flag-file=" + path("throttle")});
    segue.wait_for_output(R"("throttled":true)", limit);
    const auto arguments_seen = text_of(fmt::format("/proc/{}/cmdline", segue.pid()));
    EXPECT_THAT(arguments_seen, HasSubstr("--password"));
    EXPECT_THAT(arguments_seen, Not(HasSubstr("secret")));
    std::string told;
    for (const auto* command : {"status", "status-json", "help", "throttle=nonsense"})
        for (const auto& file : fs::directory_iterator(fs::temp_directory_path())) {
            if (!file.is_socket() || arguments_seen.find(file.path().string()) == std::string::npos)
                continue;
            const auto asked = run_command(segue_program(segue_build::released),
                                           {"ctl", "--socket", file.path().string(), command});
            told += asked.out + asked.err;
        }
    EXPECT_THAT(told, HasSubstr("# Migrating"));
    fs::remove(folder / "throttle");
    EXPECT_EQ(segue.wait(limit), 0) << segue.err();
    told += segue.out() + segue.err() + text_of(folder / "report");

    // Nor do errors: a login that is denied, a flag that cannot be read, a server that is away.
    set_password("another");
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{}, {"--nonsense"}, {"--port=1"}, {"--ssl"}, {"stray"}}) {
        auto all = more;
        all.insert(all.begin(), {"--password=" + password, "--debug"});
        const auto failed = rehearse(all);
        EXPECT_NE(failed.exit_code, 0);
        told += failed.out + failed.err;
    }
    write("conf", "[client\npassword=" + password + "\n");
    const auto unreadable = rehearse({"--conf=" + path("conf")});
    told += unreadable.out + unreadable.err;
    EXPECT_THAT(told, Not(HasSubstr("secret")));
}

TEST_F(an_account, has_every_session_encrypted_as_the_mode_says) {
    set_password("one");
    write("throttle", "");
    const std::string hold = "--throttle-flag-file=" + path("throttle");
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"--ssl-mode=PREFERRED"}, "SSL/TLS"},
        {{"--ssl-mode=required"}, "SSL/TLS"},
        {{"--ssl-mode=VERIFY_CA", "--ssl-ca=" + ca()}, "SSL/TLS"},
        {{"--ssl", "--ssl-allow-insecure", "--ssl-mode=REQUIRED"}, "SSL/TLS"},
        {{"--ssl-mode=DISABLED"}, "TCP/IP"},
        {{}, "TCP/IP"}};
    for (const auto& [flags, wanted] : cases) {
        auto more = flags;
        more.insert(more.end(), {"--password=one", hold, "--initially-drop-ghost-table"});
        auto segue = start(more);
        segue.wait_for_output("State: throttled", limit);
        EXPECT_TRUE(eventually("the log is read", [&] { return reads_the_log(); }));
        EXPECT_EQ(connection_types(), wanted) << fmt::format("{}", fmt::join(flags, " "));
        segue.signal(SIGTERM);
        EXPECT_EQ(segue.wait(limit), 1);
    }
}

TEST_F(an_account, is_refused_where_the_certificate_does_not_keep_what_the_mode_promises) {
    set_password("one");
    const auto told = [&](std::vector<std::string> more) {
        more.insert(more.begin(), "--password=one");
        const auto ended = rehearse(more);
        EXPECT_EQ(ended.exit_code, 1) << fmt::format("{}", fmt::join(more, " "));
        return ended.err;
    };
    EXPECT_THAT(told({"--ssl-mode=VERIFY_CA"}), HasSubstr("does not pass"));
    // A server's own certificates name no host.
    EXPECT_THAT(told({"--ssl-mode=VERIFY_IDENTITY", "--ssl-ca=" + ca()}),
                HasSubstr("does not pass"));
    const auto other = (server.data_folder() / "client-cert.pem").string();
    EXPECT_THAT(told({"--ssl-mode=VERIFY_CA", "--ssl-ca=" + other}), HasSubstr("does not pass"));
    EXPECT_THAT(told({"--ssl", "--ssl-mode=REQUIRED"}), HasSubstr("contradicts"));
}

// The server is looked at by one connection, and the sessions are others: a certificate that was
// shown to the first is the only one that these take, and no TLS at all is none.
TEST_F(an_account, is_not_shown_to_who_takes_the_servers_place_behind_the_first_connection) {
    set_password("one-secret");
    for (const auto mode : {tls_mode::required, tls_mode::verify_ca})
        for (const auto how : plain_server::tricks) {
            const plain_server between(how, server.port());
            auto with = server.over_tcp();
            with.server.port = between.port();
            with.user = schema.name();
            with.password = "one-secret";
            with.tls.mode = mode;
            if (mode == tls_mode::verify_ca) with.tls.ca_file = ca();
            EXPECT_THROW(db::session_factory(with).connect(), error);
            EXPECT_THAT(between.received(), Not(HasSubstr("secret")));
            EXPECT_EQ(between.connections(), 1U);
            EXPECT_TRUE(between.answers().empty());
        }
}

class an_account_without_tls : public an_account {
  protected:
    an_account_without_tls() : an_account(shared_server({"--tls-version="})) {}
};

TEST_F(an_account_without_tls, on_the_server_is_served_where_tls_is_but_preferred) {
    set_password("one");
    const auto preferred = rehearse({"--password=one", "--ssl-mode=PREFERRED"});
    EXPECT_EQ(preferred.exit_code, 0) << preferred.err;
    for (const auto* mode : {"--ssl-mode=REQUIRED", "--ssl-mode=VERIFY_CA", "--ssl"}) {
        const auto refused = rehearse({"--password=one", mode});
        EXPECT_EQ(refused.exit_code, 1) << mode;
        EXPECT_THAT(refused.err, HasSubstr("does not offer it")) << mode;
    }
}

}  // namespace
}  // namespace segue::test
