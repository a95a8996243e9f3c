#include "src/servers/privileges.hpp"

#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::servers {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr std::array known = {"SELECT",
                              "INSERT",
                              "UPDATE",
                              "DELETE",
                              "CREATE",
                              "DROP",
                              "ALTER",
                              "INDEX",
                              "LOCK TABLES",
                              "TRIGGER",
                              "EXECUTE",
                              "PROCESS",
                              "REPLICATION SLAVE",
                              "REPLICATION CLIENT",
                              "XA_RECOVER_ADMIN",
                              "BACKUP_ADMIN"};

account_privileges account(const std::vector<std::string>& grants, std::string schema = "my_db",
                           grant_rules rules = {}) {
    return {std::move(schema), grants, rules};
}

std::set<std::string> held(const std::vector<std::string>& grants, std::string schema = "my_db",
                           grant_rules rules = {}) {
    const auto of = account(grants, std::move(schema), rules);
    std::set<std::string> found;
    for (const char* const privilege : known)
        if (of.holds(privilege)) found.insert(privilege);
    return found;
}

std::string told(const std::vector<std::string>& grants, std::string schema = "my_db",
                 grant_rules rules = {}) {
    return account(grants, std::move(schema), rules)
        .grants_of_missing(std::array{"SELECT", "INSERT"}, "'a'@'%'");
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

TEST(Privileges, AllOnTheServerIsEverything) {
    EXPECT_THAT(held({"GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION"}),
                SizeIs(known.size()));
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
    const auto literally = [](const std::vector<std::string>& grants, std::string schema) {
        return held(grants, std::move(schema), {.names_are_literal = true});
    };
    EXPECT_THAT(literally({"GRANT SELECT ON `my_%`.* TO `a`@`%`"}, "my_db"), IsEmpty());
    EXPECT_THAT(literally({"GRANT SELECT ON `my\\_db`.* TO `a`@`%`"}, "my_db"), IsEmpty());
    EXPECT_THAT(literally({"GRANT SELECT ON `my_db`.* TO `a`@`%`"}, "my_db"), Contains("SELECT"));
    EXPECT_THAT(literally({"GRANT SELECT ON *.* TO `a`@`%`"}, "my_db"), Contains("SELECT"));
}

// Each of these was seen on 9.7.4 and 8.0.45.
TEST(Privileges, OfSeveralEntriesTheMostSpecificCountsAlone) {
    EXPECT_THAT(
        held({"GRANT DELETE ON `my\\_db`.* TO `a`@`%`", "GRANT INSERT ON `my_db`.* TO `a`@`%`"}),
        UnorderedElementsAre("DELETE"));
    EXPECT_THAT(
        held({"GRANT ALL PRIVILEGES ON `sh%`.* TO `a`@`%`", "GRANT SELECT ON `shop`.* TO `a`@`%`"},
             "shop"),
        UnorderedElementsAre("SELECT"));
    EXPECT_THAT(held({"GRANT DELETE ON `%`.* TO `a`@`%`", "GRANT SELECT ON `m%`.* TO `a`@`%`",
                      "GRANT INSERT ON `my%`.* TO `a`@`%`"}),
                UnorderedElementsAre("INSERT"));
    EXPECT_THAT(held({"GRANT DELETE ON `%db`.* TO `a`@`%`", "GRANT SELECT ON `%`.* TO `a`@`%`"}),
                UnorderedElementsAre("DELETE"));
}

TEST(Privileges, OnTheServerAddToTheEntry) {
    EXPECT_THAT(held({"GRANT INSERT ON *.* TO `a`@`%`", "GRANT DELETE ON `my\\_db`.* TO `a`@`%`",
                      "GRANT SELECT ON `my_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("INSERT", "DELETE"));
}

TEST(Privileges, WhereTheFirstWildcardStandsAlikeEitherEntryMayCount) {
    EXPECT_THAT(held({"GRANT SELECT, INSERT ON `my%`.* TO `a`@`%`",
                      "GRANT SELECT, DELETE ON `my_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("SELECT"));
}

TEST(Privileges, UnderRolesTheFirstEntryInTheOrderOfBytesCounts) {
    const grant_rules roles{.has_roles = true};
    EXPECT_THAT(
        held({"GRANT DELETE ON `my%`.* TO `a`@`%`", "GRANT INSERT ON `my\\_db`.* TO `a`@`%`",
              "GRANT SELECT ON `my_db`.* TO `a`@`%`"},
             "my_db", roles),
        UnorderedElementsAre("DELETE"));
    EXPECT_THAT(
        held({"GRANT DELETE ON `my_db`.* TO `a`@`%`", "GRANT INSERT ON `my\\_db`.* TO `a`@`%`"},
             "my_db", roles),
        UnorderedElementsAre("INSERT"));
    EXPECT_THAT(
        held({"GRANT DELETE ON `my_s%`.* TO `a`@`%`", "GRANT INSERT ON `__\\_shop`.* TO `a`@`%`"},
             "my_shop", roles),
        UnorderedElementsAre("INSERT"));
}

TEST(Privileges, UnderRolesANameWithoutWildcardsCountsBeforeAllPatterns) {
    EXPECT_THAT(held({"GRANT DELETE ON `%`.* TO `a`@`%`", "GRANT INSERT ON `shop`.* TO `a`@`%`"},
                     "shop", {.has_roles = true}),
                UnorderedElementsAre("INSERT"));
}

TEST(MissingPrivileges, AreToldForTheEntryThatCounts) {
    EXPECT_EQ(
        told({"GRANT SELECT ON `my\\_db`.* TO `a`@`%`", "GRANT INSERT ON `my_db`.* TO `a`@`%`"}),
        "GRANT INSERT ON `my\\_db`.* TO 'a'@'%';");
    EXPECT_EQ(told({"GRANT SELECT ON `my_db`.* TO `a`@`%`"}),
              "GRANT INSERT ON `my_db`.* TO 'a'@'%';");
    EXPECT_EQ(told({"GRANT SELECT ON *.* TO `a`@`%`", "GRANT DELETE ON `my%`.* TO `a`@`%`"}),
              "GRANT INSERT ON `my%`.* TO 'a'@'%';");
}

TEST(MissingPrivileges, AreToldForEachEntryThatMayCount) {
    EXPECT_EQ(told({"GRANT SELECT ON `my%`.* TO `a`@`%`", "GRANT INSERT ON `my_db`.* TO `a`@`%`"}),
              "GRANT INSERT ON `my%`.* TO 'a'@'%'; GRANT SELECT ON `my_db`.* TO 'a'@'%';");
}

TEST(MissingPrivileges, AreToldForANameThatMatchesNoOtherSchema) {
    EXPECT_EQ(told({}), "GRANT SELECT, INSERT ON `my\\_db`.* TO 'a'@'%';");
    EXPECT_EQ(told({}, "a%b\\c`"), "GRANT SELECT, INSERT ON `a\\%b\\\\c```.* TO 'a'@'%';");
    EXPECT_EQ(told({}, "my_db", {.names_are_literal = true}),
              "GRANT SELECT, INSERT ON `my_db`.* TO 'a'@'%';");
}

TEST(MissingPrivileges, AreNoneWhereAllAreHeld) {
    EXPECT_EQ(told({"GRANT SELECT, INSERT ON `%`.* TO `a`@`%`"}), "");
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
