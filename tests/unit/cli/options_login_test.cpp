// Who logs in, and how the connection is secured: flags, the option files and the environment.
#include "tests/unit/cli/command_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST_F(a_command_line, the_primary_may_be_named_beside_the_server_of_the_stream) {
    const auto found = run({"--host=r1"});
    EXPECT_FALSE(found.run.assume_primary);
    const auto named = run({"--host=r1", "--assume-master-host=p1:3307", "--master-user=u",
                            "--master-password=secret"});
    ASSERT_TRUE(named.run.assume_primary);
    EXPECT_EQ(named.run.assume_primary->server.text(), "p1:3307");
    EXPECT_EQ(named.run.assume_primary->user, "u");
    EXPECT_EQ(named.run.assume_primary->password, "secret");
    EXPECT_EQ(run({"--assume-master-host=p1"}).run.assume_primary->server.text(), "p1:3306");
}

TEST_F(a_command_line, an_account_on_the_primary_needs_its_name) {
    EXPECT_EQ(fatal({"--master-user=u"}), "--master-user needs --assume-master-host");
    EXPECT_EQ(fatal({"--master-password=p"}), "--master-password needs --assume-master-host");
    EXPECT_THAT(fatal({"--assume-master-host=p1,p2"}), StartsWith("--assume-master-host"));
    EXPECT_THAT(fatal({"--assume-master-host=p1:0"}), StartsWith("--assume-master-host"));
}

TEST_F(a_command_line, the_first_password_given_is_taken) {
    files_["/conf"] = "[client]\nuser=conf user\npassword=from ; conf # \n";
    variables_["MYSQL_PWD"] = "env";
    EXPECT_EQ(run({}).run.connection.password, "env");
    EXPECT_EQ(run({"--conf=/conf"}).run.connection.password, "from ; conf #");
    EXPECT_EQ(run({"--conf=/conf", "--ask-pass"}).run.connection.password, "asked");
    EXPECT_EQ(asked_, 1);
    EXPECT_EQ(run({"--conf=/conf", "--ask-pass", "--password=flag"}).run.connection.password,
              "flag");
    EXPECT_EQ(asked_, 1);
}

TEST_F(a_command_line, the_user_of_the_flag_comes_before_the_files) {
    files_["/conf"] = "[client]\nuser=conf user\n";
    const auto result = read_without_user({"--conf=/conf"});
    ASSERT_TRUE(result.run);
    EXPECT_EQ(result.run->run.connection.user, "conf user");
    EXPECT_EQ(run({"--conf=/conf", "--user=u"}).run.connection.user, "u");
}

TEST_F(a_command_line, without_a_user_nobody_is_logged_in) {
    const auto missing = read_without_user({});
    EXPECT_EQ(missing.exit_code, 1);
    EXPECT_FALSE(missing.run);
    EXPECT_THAT(missing.fatal, HasSubstr("--user is missing"));
    files_["/conf"] = "[client]\npassword=x\n[mysql]\nuser=u\n";
    const auto nobody = read_without_user({"--conf=/conf"});
    EXPECT_EQ(nobody.exit_code, 1);
    EXPECT_THAT(nobody.fatal, HasSubstr("/conf names no user"));
    EXPECT_THAT(nobody.notices,
                ElementsAre("/conf, line 4: [mysql] user is not used; only user and password in "
                            "[client] are"));
    EXPECT_THAT(fatal({"--user="}), HasSubstr("--user is missing"));
}

TEST_F(a_command_line, what_is_not_used_of_an_option_file_is_told_where_the_run_is_refused_too) {
    files_["/conf"] = "!include /nowhere\n[client]\nport=1\n";
    const auto nobody = read_without_user({"--conf=/conf"});
    EXPECT_THAT(nobody.fatal, HasSubstr("/conf names no user"));
    EXPECT_THAT(nobody.notices, ElementsAre(HasSubstr("/nowhere is not included"),
                                            HasSubstr("[client] port is not used")));
    files_["/conf"] = "!include /nowhere\n[client]\nport=1\nuser: u\n";
    EXPECT_THAT(read_without_user({"--conf=/conf"}).notices,
                ElementsAre(HasSubstr("/nowhere is not included"), HasSubstr("port")));
    files_["/conf"] = "!include /nowhere\n[client\n";
    const auto unreadable = read_without_user({"--conf=/conf"});
    EXPECT_THAT(unreadable.fatal, HasSubstr("not closed"));
    EXPECT_THAT(unreadable.notices, ElementsAre(HasSubstr("/nowhere is not included")));
}

TEST_F(a_command_line, nothing_of_an_option_file_is_shown_that_may_be_a_secret) {
    const std::vector<std::string> lines{
        "password: geheim", "password geheim",   "user geheim",
        "geheim",           "geheim=",           "pass=geheim",
        "[geheim]\nx",      "password=${geheim", "loose-password=geheim",
        "[geheim",          "!geheim x"};
    for (const auto& line : lines)
        for (const auto* section : {"[client]\n", "[osc]\n", ""}) {
            files_["/conf"] = section + line + "\n";
            const auto result = read_complete({"--conf=/conf"});
            EXPECT_THAT(result.fatal + result.output, Not(HasSubstr("geheim"))) << line;
            for (const auto& notice : result.notices)
                EXPECT_THAT(notice, Not(HasSubstr("geheim"))) << line;
        }
    files_["/conf"] = "[client]\nuser=u\npassword: geheim\n";
    EXPECT_THAT(fatal({"--conf=/conf"}), HasSubstr("/conf, line 3"));
    EXPECT_THAT(fatal({"--conf=/conf"}), HasSubstr("behind ="));
}

TEST_F(a_command_line, a_host_with_its_port_is_told_where_the_port_goes) {
    EXPECT_THAT(fatal({"--host=db1:3307"}), HasSubstr("--host=db1 --port=3307"));
    EXPECT_THAT(fatal({"--host=[::1]:3307"}), HasSubstr("--port"));
    EXPECT_EQ(run({"--host=::1"}).run.connection.server.host, "::1");
    EXPECT_THAT(fatal({"--host=mysql://u:geheim@db1"}), Not(HasSubstr("geheim")));
    EXPECT_THAT(fatal({"--host=u:geheim@db1"}), Not(HasSubstr("geheim")));
    EXPECT_THAT(fatal({"--throttle-control-replicas=u:geheim@db1:1"}), Not(HasSubstr("geheim")));
}

TEST_F(a_command_line, a_file_of_tls_that_cannot_be_read_is_named_with_its_flag) {
    files_["a"] = "PEM";
    EXPECT_THAT(fatal({"--ssl", "--ssl-ca=/nowhere.pem"}),
                HasSubstr("--ssl-ca=/nowhere.pem: no such file"));
    EXPECT_THAT(fatal({"--ssl", "--ssl-cert=a", "--ssl-key=/nowhere.pem"}),
                HasSubstr("--ssl-key=/nowhere.pem"));
}

TEST_F(a_command_line, the_login_can_be_read_again) {
    files_["/conf"] = "[client]\nuser=conf user\npassword=one\n";
    const auto made = run({"--conf=/conf"});
    EXPECT_EQ(made.login_from.user, "me");
    EXPECT_EQ(made.login_from.conf, "/conf");
    EXPECT_EQ(made.login_from.password, "");
    EXPECT_EQ(run({"--password=flag"}).login_from.password, "flag");
}

TEST_F(a_command_line, keys_of_the_file_that_are_not_used_are_told) {
    files_["/conf"] = "[client]\nhost=h\n";
    EXPECT_THAT(only_notice({"--conf=/conf"}), HasSubstr("[client] host"));
    files_["/conf"] = "[osc]\nmax_load=x\n";
    EXPECT_THAT(only_notice({"--conf=/conf"}), HasSubstr("[osc] max_load"));
}

TEST_F(a_command_line, a_file_that_cannot_be_read_is_an_error_that_names_it) {
    EXPECT_THAT(fatal({"--conf=/nowhere"}), HasSubstr("/nowhere"));
    files_["/conf"] = "[client]\npassword=${NOT_SET}\n";
    EXPECT_THAT(fatal({"--conf=/conf"}), HasSubstr("NOT_SET"));
}

TEST_F(a_command_line, tls_checks_identity_unless_told_otherwise) {
    EXPECT_EQ(run({"--ssl"}).run.connection.tls.mode, wire::tls_mode::verify_identity);
    EXPECT_EQ(run({"--ssl", "--ssl-allow-insecure"}).run.connection.tls.mode,
              wire::tls_mode::required);
    for (const auto* file : {"a", "b", "c"}) files_[file] = "PEM";
    const auto tls = run({"--ssl", "--ssl-ca=a", "--ssl-cert=b", "--ssl-key=c"}).run.connection.tls;
    EXPECT_EQ(tls.ca_file, "a");
    EXPECT_EQ(tls.cert_file, "b");
    EXPECT_EQ(tls.key_file, "c");
}

TEST_F(a_command_line, tls_can_be_asked_for_in_mysqls_words) {
    using wire::tls_mode;
    const auto mode = [&](const std::vector<std::string>& flags) {
        return run(flags).run.connection.tls.mode;
    };
    EXPECT_EQ(mode({}), tls_mode::disabled);
    EXPECT_EQ(mode({"--ssl-mode=DISABLED"}), tls_mode::disabled);
    EXPECT_EQ(mode({"--ssl-mode=preferred"}), tls_mode::preferred);
    EXPECT_EQ(mode({"--ssl-mode=Required"}), tls_mode::required);
    EXPECT_EQ(mode({"--ssl-mode=VERIFY_CA"}), tls_mode::verify_ca);
    EXPECT_EQ(mode({"--ssl-mode=VERIFY_IDENTITY"}), tls_mode::verify_identity);
    EXPECT_THAT(fatal({"--ssl-mode=VERIFY-CA"}), HasSubstr("VERIFY_CA and VERIFY_IDENTITY"));
}

TEST_F(a_command_line, the_two_ways_to_ask_for_tls_may_not_contradict_each_other) {
    using wire::tls_mode;
    EXPECT_EQ(run({"--ssl", "--ssl-mode=VERIFY_IDENTITY"}).run.connection.tls.mode,
              tls_mode::verify_identity);
    EXPECT_EQ(run({"--ssl", "--ssl-allow-insecure", "--ssl-mode=REQUIRED"}).run.connection.tls.mode,
              tls_mode::required);
    EXPECT_EQ(run({"--ssl=false", "--ssl-mode=REQUIRED"}).run.connection.tls.mode,
              tls_mode::required);
    for (const auto* mode : {"DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA"})
        EXPECT_THAT(fatal({"--ssl", std::string("--ssl-mode=") + mode}),
                    HasSubstr("contradicts --ssl, which is VERIFY_IDENTITY"));
    EXPECT_THAT(fatal({"--ssl", "--ssl-allow-insecure", "--ssl-mode=VERIFY_CA"}),
                HasSubstr("which is REQUIRED"));
    EXPECT_THAT(fatal({"--ssl-allow-insecure", "--ssl-mode=REQUIRED"}), HasSubstr("needs --ssl"));
    files_["a"] = "PEM";
    EXPECT_THAT(fatal({"--ssl-mode=DISABLED", "--ssl-ca=a"}), HasSubstr("needs --ssl, or an"));
    EXPECT_THAT(only_notice({"--ssl-mode=REQUIRED", "--ssl-ca=a"}),
                HasSubstr("--ssl-ca has no effect beside --ssl-mode=REQUIRED"));
}

TEST_F(a_command_line, the_file_of_ones_own_gives_login_and_tls_and_nothing_else) {
    using wire::tls_mode;
    own_ = own_option_file{.path = "/home/me/.my.cnf"};
    auto& own = files_["/home/me/.my.cnf"];
    files_["ca"] = files_["other"] = "PEM";
    own = "[client]\nuser=own\npassword=\"o;w#n\"\nhost=h\nport=1\n[mysql]\nuser=x\n";
    const auto by_own = read_without_user({});
    ASSERT_TRUE(by_own.run) << by_own.fatal;
    EXPECT_THAT(by_own.notices, IsEmpty());
    EXPECT_EQ(by_own.run->run.connection.user, "own");
    EXPECT_EQ(by_own.run->run.connection.password, "o;w#n");
    EXPECT_EQ(by_own.run->run.connection.server.text(), "127.0.0.1:3306");
    // The password is for that user, and for no other.
    EXPECT_EQ(run({"--user=own"}).run.connection.password, "o;w#n");
    EXPECT_EQ(run({"--user=me"}).run.connection.password, "");
    variables_["MYSQL_PWD"] = "env";
    EXPECT_EQ(run({"--user=own"}).run.connection.password, "o;w#n");
    EXPECT_EQ(run({"--user=me"}).run.connection.password, "env");
    EXPECT_EQ(run({"--user=own", "--ask-pass"}).run.connection.password, "asked");
    // A file that is named is the only one.
    files_["/conf"] = "[client]\nuser=conf\n";
    EXPECT_EQ(run({"--conf=/conf", "--user=own"}).run.connection.password, "env");

    own = "[client]\nssl_ca=ca\n";
    EXPECT_EQ(run({}).run.connection.tls.mode, tls_mode::verify_ca);
    EXPECT_EQ(run({}).run.connection.tls.ca_file, "ca");
    EXPECT_EQ(run({"--ssl"}).run.connection.tls.ca_file, "ca");
    EXPECT_EQ(run({"--ssl-mode=VERIFY_CA", "--ssl-ca=other"}).run.connection.tls.ca_file, "other");
    EXPECT_EQ(run({"--ssl-mode=DISABLED"}).run.connection.tls.mode, tls_mode::disabled);
    own = "[client]\nloose-ssl-mode=preferred\n";
    EXPECT_EQ(run({}).run.connection.tls.mode, tls_mode::preferred);

    own = "[client\npassword=geheim\n";
    EXPECT_THAT(only_notice({}),
                AllOf(HasSubstr("/home/me/.my.cnf is not used"), Not(HasSubstr("geheim"))));
    own_->not_used_because = "anybody may write to it";
    EXPECT_THAT(only_notice({}), HasSubstr("anybody may write to it"));
}

TEST_F(a_command_line, flags_of_tls_need_tls) {
    for (const auto* name : {"--ssl-ca=a", "--ssl-cert=a", "--ssl-key=a", "--ssl-allow-insecure"})
        EXPECT_THAT(fatal({name}), HasSubstr("needs --ssl"));
    EXPECT_THAT(fatal({"--ssl", "--ssl-cert=a"}), HasSubstr("--ssl-key"));
    files_["a"] = "PEM";
    EXPECT_THAT(only_notice({"--ssl", "--ssl-allow-insecure", "--ssl-ca=a"}),
                HasSubstr("--ssl-ca"));
}

TEST_F(a_command_line, a_socket_stands_for_host_and_port) {
    EXPECT_EQ(run({"--socket=/run/mysqld.sock"}).run.connection.server.text(), "/run/mysqld.sock");
    EXPECT_TRUE(read_complete({"--socket=/s", "--host="}).run);
    EXPECT_THAT(fatal({"--host="}), HasSubstr("--host"));
}

}  // namespace
}  // namespace segue::cli
