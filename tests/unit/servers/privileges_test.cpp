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

TEST(privileges, global_and_schema_grants_are_counted) {
    EXPECT_THAT(held({"GRANT SELECT, REPLICATION SLAVE ON *.* TO `a`@`%`",
                      "GRANT INSERT, LOCK TABLES ON `my\\_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("SELECT", "REPLICATION SLAVE", "INSERT", "LOCK TABLES"));
}

TEST(privileges, usage_is_no_privilege_on_data) {
    EXPECT_THAT(held({"GRANT USAGE ON *.* TO `a`@`%`"}), Not(Contains("SELECT")));
}

TEST(privileges, grants_on_other_schemas_are_not_counted) {
    EXPECT_THAT(held({"GRANT SELECT ON `other`.* TO `a`@`%`"}), IsEmpty());
}

TEST(privileges, wildcards_match_unless_escaped) {
    EXPECT_THAT(held({"GRANT SELECT ON `my_db`.* TO `a`@`%`"}, "myxdb"), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `my\\_db`.* TO `a`@`%`"}, "myxdb"), IsEmpty());
    EXPECT_THAT(held({"GRANT SELECT ON `my%`.* TO `a`@`%`"}), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `%`.* TO `a`@`%`"}), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `my\\%`.* TO `a`@`%`"}), IsEmpty());
}

TEST(privileges, grants_on_tables_are_not_counted) {
    EXPECT_THAT(held({"GRANT SELECT, INSERT ON `my_db`.`t` TO `a`@`%`",
                      "GRANT SELECT ON `my_db`.`*` TO `a`@`%`"}),
                IsEmpty());
}

TEST(privileges, grants_on_columns_are_not_counted) {
    EXPECT_THAT(held({"GRANT SELECT (`a`, `b`), INSERT ON `my_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("INSERT"));
}

TEST(privileges, grants_on_routines_are_not_counted) {
    EXPECT_THAT(held({"GRANT EXECUTE ON PROCEDURE `my_db`.`p` TO `a`@`%`"}), IsEmpty());
}

TEST(privileges, roles_and_proxies_are_no_privileges) {
    EXPECT_THAT(held({"GRANT `dba`@`%` TO `a`@`%`", "GRANT `ON`@`%`,`x`@`%` TO `a`@`%`",
                      "GRANT PROXY ON ``@`` TO `a`@`%` WITH GRANT OPTION",
                      "GRANT PROXY ON `my_db.t`@`%` TO `a`@`%`"}),
                IsEmpty());
}

TEST(privileges, all_on_the_server_is_everything) {
    EXPECT_THAT(held({"GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION"}),
                SizeIs(known.size()));
}

TEST(privileges, all_on_a_schema_is_all_that_a_schema_has) {
    const auto found = held({"GRANT ALL PRIVILEGES ON `my\\_db`.* TO `a`@`%`"});
    for (const char* const privilege : {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP",
                                        "ALTER", "INDEX", "LOCK TABLES", "TRIGGER"})
        EXPECT_THAT(found, Contains(privilege));
    for (const char* const of_the_server :
         {"ALL PRIVILEGES", "REPLICATION SLAVE", "REPLICATION CLIENT", "PROCESS"})
        EXPECT_THAT(found, Not(Contains(of_the_server)));
}

TEST(privileges, partial_revokes_take_away) {
    EXPECT_THAT(
        held({"GRANT SELECT, INSERT ON *.* TO `a`@`%`", "REVOKE INSERT ON `my_db`.* FROM `a`@`%`"}),
        UnorderedElementsAre("SELECT"));
    EXPECT_THAT(
        held({"GRANT SELECT, INSERT ON *.* TO `a`@`%`", "REVOKE INSERT ON `mysql`.* FROM `a`@`%`"}),
        UnorderedElementsAre("SELECT", "INSERT"));
}

TEST(privileges, with_partial_revokes_names_of_schemas_are_no_patterns) {
    const auto literally = [](const std::vector<std::string>& grants, std::string schema) {
        return held(grants, std::move(schema), {.names_are_literal = true});
    };
    EXPECT_THAT(literally({"GRANT SELECT ON `my_%`.* TO `a`@`%`"}, "my_db"), IsEmpty());
    EXPECT_THAT(literally({"GRANT SELECT ON `my\\_db`.* TO `a`@`%`"}, "my_db"), IsEmpty());
    EXPECT_THAT(literally({"GRANT SELECT ON `my_db`.* TO `a`@`%`"}, "my_db"), Contains("SELECT"));
    EXPECT_THAT(literally({"GRANT SELECT ON *.* TO `a`@`%`"}, "my_db"), Contains("SELECT"));
}

// Each of these was seen on 9.7.4 and 8.0.45.
TEST(privileges, of_several_entries_the_most_specific_counts_alone) {
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

TEST(privileges, on_the_server_add_to_the_entry) {
    EXPECT_THAT(held({"GRANT INSERT ON *.* TO `a`@`%`", "GRANT DELETE ON `my\\_db`.* TO `a`@`%`",
                      "GRANT SELECT ON `my_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("INSERT", "DELETE"));
}

TEST(privileges, where_the_first_wildcard_stands_alike_either_entry_may_count) {
    EXPECT_THAT(held({"GRANT SELECT, INSERT ON `my%`.* TO `a`@`%`",
                      "GRANT SELECT, DELETE ON `my_db`.* TO `a`@`%`"}),
                UnorderedElementsAre("SELECT"));
}

TEST(privileges, under_roles_the_first_entry_in_the_order_of_bytes_counts) {
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

TEST(privileges, under_roles_a_name_without_wildcards_counts_before_all_patterns) {
    EXPECT_THAT(held({"GRANT DELETE ON `%`.* TO `a`@`%`", "GRANT INSERT ON `shop`.* TO `a`@`%`"},
                     "shop", {.has_roles = true}),
                UnorderedElementsAre("INSERT"));
}

TEST(missing_privileges, are_told_for_the_entry_that_counts) {
    EXPECT_EQ(
        told({"GRANT SELECT ON `my\\_db`.* TO `a`@`%`", "GRANT INSERT ON `my_db`.* TO `a`@`%`"}),
        "GRANT INSERT ON `my\\_db`.* TO 'a'@'%';");
    EXPECT_EQ(told({"GRANT SELECT ON `my_db`.* TO `a`@`%`"}),
              "GRANT INSERT ON `my_db`.* TO 'a'@'%';");
    EXPECT_EQ(told({"GRANT SELECT ON *.* TO `a`@`%`", "GRANT DELETE ON `my%`.* TO `a`@`%`"}),
              "GRANT INSERT ON `my%`.* TO 'a'@'%';");
}

TEST(missing_privileges, are_told_for_each_entry_that_may_count) {
    EXPECT_EQ(told({"GRANT SELECT ON `my%`.* TO `a`@`%`", "GRANT INSERT ON `my_db`.* TO `a`@`%`"}),
              "GRANT INSERT ON `my%`.* TO 'a'@'%';\nGRANT SELECT ON `my_db`.* TO 'a'@'%';");
}

TEST(missing_privileges, are_told_for_a_name_that_matches_no_other_schema) {
    EXPECT_EQ(told({}), "GRANT SELECT, INSERT ON `my\\_db`.* TO 'a'@'%';");
    EXPECT_EQ(told({}, "a%b\\c`"), "GRANT SELECT, INSERT ON `a\\%b\\\\c```.* TO 'a'@'%';");
    EXPECT_EQ(told({}, "my_db", {.names_are_literal = true}),
              "GRANT SELECT, INSERT ON `my_db`.* TO 'a'@'%';");
}

TEST(missing_privileges, are_none_where_all_are_held) {
    EXPECT_EQ(told({"GRANT SELECT, INSERT ON `%`.* TO `a`@`%`"}), "");
}

TEST(privileges, names_may_hold_anything) {
    EXPECT_THAT(held({"GRANT SELECT ON `a``b.c`.* TO `x`@`%`"}, "a`b.c"), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `on`.* TO `x`@`%`"}, "on"), Contains("SELECT"));
    EXPECT_THAT(held({"GRANT SELECT ON `a,b (c)`.* TO `x`@`%`"}, "a,b (c)"), Contains("SELECT"));
}

TEST(privileges, dynamic_privileges_keep_their_names) {
    EXPECT_THAT(held({"GRANT XA_RECOVER_ADMIN,BACKUP_ADMIN ON *.* TO `a`@`%`"}),
                UnorderedElementsAre("XA_RECOVER_ADMIN", "BACKUP_ADMIN"));
}

TEST(privileges, lines_that_are_no_grants_are_nothing) {
    EXPECT_THAT(held({"", "CREATE USER `a`@`%`", "GRANT", "GRANT SELECT ON"}), IsEmpty());
}

TEST(grant_pattern, matches_with_wildcards) {
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
