#include "src/servers/privileges.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::servers {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

std::set<std::string> held(std::vector<std::string> grants, std::string_view schema = "my_db") {
    return privileges_on(schema, grants);
}

TEST(Privileges, GlobalAndSchemaGrantsAreCounted) {
    EXPECT_THAT(held({"GRANT SELECT, REPLICATION SLAVE ON *.* TO `a`@`%`",
                      "GRANT INSERT, LOCK TABLES ON `my\\_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("SELECT", "REPLICATION SLAVE", "INSERT", "LOCK TABLES"));
}

TEST(Privileges, UsageIsNoPrivilegeOnData) {
    EXPECT_THAT(held({"GRANT USAGE ON *.* TO `a`@`%`"}), Not(Contains("SELECT")));
}

TEST(Privileges, GrantsOnOtherSchemasAreNotCounted) {
    EXPECT_THAT(held({"GRANT SELECT ON `other`.* TO `a`@`%`"}), IsEmpty());
}

TEST(Privileges, WildcardsMatchUnlessEscaped) {
    EXPECT_THAT(held({"GRANT SELECT ON `my_db`.* TO `a`@`%`"}, "myxdb"), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `my\\_db`.* TO `a`@`%`"}, "myxdb"), IsEmpty());
    EXPECT_THAT(held({"GRANT SELECT ON `my%`.* TO `a`@`%`"}), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `%`.* TO `a`@`%`"}), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `my\\%`.* TO `a`@`%`"}), IsEmpty());
}

TEST(Privileges, GrantsOnTablesAreNotCounted) {
    EXPECT_THAT(held({"GRANT SELECT, INSERT ON `my_db`.`t` TO `a`@`%`",
                      "GRANT SELECT ON `my_db`.`*` TO `a`@`%`"}),
                IsEmpty());
}

TEST(Privileges, GrantsOnColumnsAreNotCounted) {
    EXPECT_THAT(held({"GRANT SELECT (`a`, `b`), INSERT ON `my_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("INSERT"));
}

TEST(Privileges, GrantsOnRoutinesAreNotCounted) {
    EXPECT_THAT(held({"GRANT EXECUTE ON PROCEDURE `my_db`.`p` TO `a`@`%`"}), IsEmpty());
}

TEST(Privileges, RolesAndProxiesAreNoPrivileges) {
    EXPECT_THAT(held({"GRANT `dba`@`%` TO `a`@`%`", "GRANT `ON`@`%`,`x`@`%` TO `a`@`%`",
                      "GRANT PROXY ON ``@`` TO `a`@`%` WITH GRANT OPTION",
                      "GRANT PROXY ON `my_db.t`@`%` TO `a`@`%`"}),
                IsEmpty());
}

TEST(Privileges, AllOnTheServerStandsAsAll) {
    EXPECT_THAT(held({"GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION"}),
                UnorderedElementsAre("ALL PRIVILEGES"));
}

TEST(Privileges, AllOnASchemaIsAllThatASchemaHas) {
    const auto found = held({"GRANT ALL PRIVILEGES ON `my\\_db`.* TO `a`@`%`"});
    for (const char* const privilege : {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP",
                                        "ALTER", "INDEX", "LOCK TABLES", "TRIGGER"})
        EXPECT_THAT(found, Contains(privilege));
    for (const char* const of_the_server :
         {"ALL PRIVILEGES", "REPLICATION SLAVE", "REPLICATION CLIENT", "PROCESS"})
        EXPECT_THAT(found, Not(Contains(of_the_server)));
}

TEST(Privileges, PartialRevokesTakeAway) {
    EXPECT_THAT(
        held({"GRANT SELECT, INSERT ON *.* TO `a`@`%`", "REVOKE INSERT ON `my_db`.* FROM `a`@`%`"}),
        UnorderedElementsAre("SELECT"));
    EXPECT_THAT(
        held({"GRANT SELECT, INSERT ON *.* TO `a`@`%`", "REVOKE INSERT ON `mysql`.* FROM `a`@`%`"}),
        UnorderedElementsAre("SELECT", "INSERT"));
}

TEST(Privileges, WithPartialRevokesNamesOfSchemasAreNoPatterns) {
    const auto literally = [](std::vector<std::string> grants, std::string_view schema) {
        return privileges_on(schema, grants, schema_names::literal);
    };
    EXPECT_THAT(literally({"GRANT SELECT ON `my_%`.* TO `a`@`%`"}, "my_db"), IsEmpty());
    EXPECT_THAT(literally({"GRANT SELECT ON `my\\_db`.* TO `a`@`%`"}, "my_db"), IsEmpty());
    EXPECT_THAT(literally({"GRANT SELECT ON `my_db`.* TO `a`@`%`"}, "my_db"), Contains("SELECT"));
    EXPECT_THAT(literally({"GRANT SELECT ON *.* TO `a`@`%`"}, "my_db"), Contains("SELECT"));
}

TEST(Privileges, NamesMayHoldAnything) {
    EXPECT_THAT(held({"GRANT SELECT ON `a``b.c`.* TO `x`@`%`"}, "a`b.c"), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `on`.* TO `x`@`%`"}, "on"), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `a,b (c)`.* TO `x`@`%`"}, "a,b (c)"), Contains("SELECT"));
}

TEST(Privileges, DynamicPrivilegesKeepTheirNames) {
    EXPECT_THAT(held({"GRANT XA_RECOVER_ADMIN,BACKUP_ADMIN ON *.* TO `a`@`%`"}),
                UnorderedElementsAre("XA_RECOVER_ADMIN", "BACKUP_ADMIN"));
}

TEST(Privileges, LinesThatAreNoGrantsAreNothing) {
    EXPECT_THAT(held({"", "CREATE USER `a`@`%`", "GRANT", "GRANT SELECT ON"}), IsEmpty());
}

TEST(GrantPattern, MatchesWithWildcards) {
    EXPECT_TRUE(grant_pattern_matches("", ""));
    EXPECT_FALSE(grant_pattern_matches("", "a"));
    EXPECT_TRUE(grant_pattern_matches("a%", "a"));
    EXPECT_TRUE(grant_pattern_matches("%b%", "abc"));
    EXPECT_FALSE(grant_pattern_matches("a_", "a"));
    EXPECT_FALSE(grant_pattern_matches("a", "ab"));
    EXPECT_TRUE(grant_pattern_matches("a\\\\b", "a\\b"));
}

}  // namespace
}  // namespace segue::servers
