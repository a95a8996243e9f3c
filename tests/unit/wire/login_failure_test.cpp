#include "src/wire/login_failure.hpp"

#include "src/wire/server_failure.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

connection_options of_user(const std::string& user) {
    connection_options made;
    made.server = {.host = "db1", .port = 3307, .socket = ""};
    made.user = user;
    made.password = "geheim";
    return made;
}

std::string told(int number, const connection_options& asked) {
    return login_failure(error("words", {.mysql_errno = number}), asked).what();
}

TEST(login_failure, names_the_server_and_the_user_and_never_the_password) {
    for (const int number : {0, 1045, 1130, 2002, 2003, 2005, 3159})
        EXPECT_THAT(
            told(number, of_user("u")),
            AllOf(StartsWith("logging in to db1:3307 as 'u': words"), Not(HasSubstr("geheim"))));
}

TEST(login_failure, says_the_next_step) {
    EXPECT_THAT(told(2003, of_user("u")), EndsWith("Look at --host and --port"));
    EXPECT_THAT(told(2005, of_user("u")), EndsWith("look at --host"));
    auto local = of_user("u");
    local.server.socket = "/s";
    EXPECT_THAT(told(2002, local),
                AllOf(StartsWith("logging in to /s as 'u': "), EndsWith("what --socket must be")));
}

TEST(login_failure, names_the_flag_that_gave_the_address) {
    auto replica = of_user("u");
    replica.server.host = "db9";
    given_by(replica.server, "--throttle-control-replicas");
    EXPECT_THAT(told(2002, replica), EndsWith("Look at --throttle-control-replicas"));
    EXPECT_THAT(told(2005, replica), EndsWith("look at --throttle-control-replicas"));
    EXPECT_THAT(told(2002, of_user("u")), EndsWith("Look at --host and --port"));
}

TEST(login_failure, can_be_taken_back_to_the_servers_own_words) {
    const auto asked = of_user("x");
    for (const int number : {0, 1045, 2002, 3032}) {
        const error words("words", {.mysql_errno = number});
        EXPECT_STREQ(bare_failure(login_failure(words, asked), asked).what(), "words") << number;
        EXPECT_STREQ(bare_failure(words, asked).what(), "words");
    }
}

TEST(login_failure, tells_a_login_that_worked_before_from_a_wrong_one) {
    EXPECT_THAT(told(1045, of_user("v")), HasSubstr("Either user or password is wrong"));
    login_succeeded(of_user("v"));
    EXPECT_THAT(told(1045, of_user("v")), AllOf(HasSubstr("changed on the server since"),
                                                HasSubstr("SIGHUP"), Not(HasSubstr("wrong"))));
    EXPECT_THAT(told(1045, of_user("w")), HasSubstr("Either user or password is wrong"));
}

TEST(login_failure, says_that_no_password_was_given) {
    auto bare = of_user("z");
    bare.password.clear();
    EXPECT_THAT(told(1045, bare), AllOf(HasSubstr("No password was given"), HasSubstr("--ssl"),
                                        Not(HasSubstr("wrong"))));
}

TEST(login_failure, by_a_plugin_may_be_of_a_user_that_does_not_exist) {
    for (const int number : {2059, 5010})
        EXPECT_THAT(told(number, of_user("u")),
                    AllOf(HasSubstr("there is no such user"), HasSubstr("--user"),
                          EndsWith("use one of caching_sha2_password")));
    EXPECT_THAT(told(5010, of_user("u")),
                AllOf(HasSubstr("Access denied"), HasSubstr("5010"), Not(HasSubstr("words"))));
    EXPECT_FALSE(properties_of(5010, "HY000", "").retryable);
}

TEST(first_statement_failure, of_the_servers_names_it_once) {
    const auto asked = of_user("u");
    const error refused("Table 'x.y' doesn't exist", {.mysql_errno = 1146});
    const auto named = first_statement_failure(refused, asked);
    EXPECT_THAT(named.what(), HasSubstr("(asked of db1:3307 as 'u'). Is that a whole MySQL"));
    EXPECT_STREQ(first_statement_failure(named, asked).what(), named.what());
    EXPECT_STREQ(first_statement_failure(error("ours"), asked).what(), "ours");
}

}  // namespace
}  // namespace segue::wire
