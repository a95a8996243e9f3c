// An account with the least that docs/requirements.md names, and no more.
#include "tests/integration/migration/quiet_run.hpp"

#include <regex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_narrow_account : public testing::Test {
  protected:
    a_narrow_account() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
        root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'narrow'", account));
    }
    ~a_narrow_account() override { root.execute(fmt::format("DROP USER {}", account)); }

    void start(const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"--user=" + name};
        arguments.insert(arguments.end(), more.begin(), more.end());
        run.start("ADD COLUMN b INT", {.more = arguments, .variables = {{"MYSQL_PWD", "narrow"}}});
    }
    /// Root runs them, and Segue is started again.
    void start_with(const std::vector<std::string>& grants) {
        for (const auto& grant : grants) root.execute(grant.substr(0, grant.size() - 1));
        start();
    }
    /// On names of schemas as GRANT has them.
    void grant(const std::string& privileges, const std::string& name_in_grant) {
        root.execute(fmt::format("GRANT {} ON `{}`.* TO {}", privileges, name_in_grant, account));
    }
    std::string escaped_name() const {
        static const std::regex underscore("_");
        return std::regex_replace(run.schema(), underscore, "\\_");
    }
    /// The statements that Segue says to run.
    std::vector<std::string> grants_told() {
        static const std::regex grant("GRANT [^;\n]*;");
        const auto told = run.segue().err();
        std::vector<std::string> found;
        for (std::sregex_iterator at(told.begin(), told.end(), grant), end; at != end; ++at)
            found.push_back(at->str());
        return found;
    }

    quiet_run run{shared_server()};
    // One account for each test, which has a schema of its own.
    const std::string name = "narrow_" + run.schema();
    const std::string account = quoted_literal(name) + "@'%'";
    db::session root = shared_server().root();
};

TEST_F(a_narrow_account, that_loses_a_privilege_meanwhile_is_told_the_grant_that_brings_it_back) {
    const std::string schema = segue::quoted_name(run.schema());
    root.execute(fmt::format(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, LOCK TABLES ON {}.* TO "
        "{}",
        schema, account));
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    for (const std::string lost : {"LOCK TABLES", "INSERT", "SELECT"}) {
        SCOPED_TRACE(lost);
        run.start("ADD COLUMN b INT", {.postponed = true,
                                       .more = {"--user=" + name, "--default-retries=1",
                                                "--initially-drop-ghost-table"},
                                       .variables = {{"MYSQL_PWD", "narrow"}}});
        run.segue().wait_for_output("State: postponing cut-over");
        root.execute(fmt::format("REVOKE {} ON {}.* FROM {}", lost, schema, account));
        run.let_cut_over();
        run.expect_failed({"denied", "The account has lost privileges since the start: ",
                           "The original table is untouched."});
        const std::string grant = fmt::format("GRANT {} ON {}.* TO {};", lost, schema, account);
        EXPECT_EQ(grants_told().back(), grant) << run.segue().err();
        root.execute(grant.substr(0, grant.size() - 1));
    }
}

TEST_F(a_narrow_account, is_told_the_grants_to_run_and_they_suffice) {
    root.execute(
        fmt::format("GRANT SELECT ON {}.* TO {}", segue::quoted_name(run.schema()), account));
    const auto before = run.everything();
    start();
    run.expect_failed(
        {"the account lacks privileges on", "the account may not read the binary log"});
    EXPECT_EQ(run.everything(), before);
    const auto grants = grants_told();
    ASSERT_EQ(grants.size(), 2U) << run.segue().err();
    for (const auto& one : grants)
        EXPECT_NE(run.segue().err().find("\n    " + one + "\n"), std::string::npos)
            << "a GRANT has its line to itself: " << run.segue().err();
    EXPECT_NE(run.segue().err().find("which without REPLICATION CLIENT cannot be told from a"),
              std::string::npos)
        << run.segue().err();
    EXPECT_EQ(
        grants[0],
        fmt::format("GRANT INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, LOCK TABLES ON "
                    "{}.* TO {};",
                    segue::quoted_name(run.schema()), account));
    EXPECT_EQ(grants[1],
              fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {};", account));
    for (const auto& grant : grants) root.execute(grant.substr(0, grant.size() - 1));
    start();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_narrow_account, migrates_and_is_told_which_safeties_are_weaker) {
    root.execute(
        fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, LOCK "
                    "TABLES ON {}.* TO {}",
                    segue::quoted_name(run.schema()), account));
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    start({"--postpone-cut-over-flag-file=" + run.flag().string()});
    run.segue().wait_for_output("State: postponing cut-over");
    for (const auto* weaker :
         {"without the PROCESS privilege", "without the XA_RECOVER_ADMIN privilege",
          "without the TRIGGER privilege", "performance_schema.metadata_locks cannot be read",
          "GRANT PROCESS ON *.* TO", "GRANT XA_RECOVER_ADMIN ON *.* TO", "GRANT TRIGGER ON",
          "GRANT SELECT ON performance_schema.* TO"})
        EXPECT_NE(run.segue().err().find(weaker), std::string::npos) << weaker << run.segue().err();
    run.session().execute("UPDATE t SET a=3 WHERE id=2");
    run.session().execute("DELETE FROM t WHERE id=1");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:1 t:1");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_narrow_account, that_cannot_see_the_table_is_told_so) {
    start();
    run.expect_failed({"there is no schema", "it sees none", "Check --database",
                       "the account's privileges", "GRANT SELECT, INSERT",
                       "GRANT PROCESS, XA_RECOVER_ADMIN ON *.*",
                       "GRANT SELECT ON performance_schema.* TO"});
}

TEST_F(a_narrow_account, that_misspells_its_schema_is_told_the_nearest_and_no_grant) {
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    grant("ALL", escaped_name());
    start({"--database=" + run.schema() + "x"});
    run.expect_failed({"there is no schema `" + run.schema() + "x` that the account can see",
                       "it sees `" + run.schema() + "`", "Did you mean `" + run.schema() + "`?"});
    EXPECT_TRUE(grants_told().empty()) << run.segue().err();
}

TEST_F(a_narrow_account, may_hold_its_privileges_by_a_role) {
    const std::string role = quoted_literal(name + "_role");
    root.execute("CREATE ROLE " + role);
    root.execute(fmt::format("GRANT ALL ON {}.* TO {}", segue::quoted_name(run.schema()), role));
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", role));
    root.execute(fmt::format("GRANT {} TO {}", role, account));
    root.execute(fmt::format("SET DEFAULT ROLE ALL TO {}", account));
    start();
    run.expect_swapped();
    root.execute("DROP ROLE " + role);
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_narrow_account, is_told_to_add_to_the_entry_that_counts) {
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    grant("SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX", escaped_name());
    grant("LOCK TABLES", run.schema());  // which does not count
    start();
    run.expect_failed({"lacks privileges on"});
    const auto grants = grants_told();
    ASSERT_EQ(grants.size(), 1U) << run.segue().err();
    EXPECT_EQ(grants.front(),
              fmt::format("GRANT LOCK TABLES ON `{}`.* TO {};", escaped_name(), account));
    start_with(grants);
    run.expect_swapped();
}

TEST_F(a_narrow_account, is_told_grants_that_suffice_where_one_entry_hides_another) {
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    auto pattern = run.schema();
    pattern.back() = '%';
    grant("ALL", pattern);
    grant("SELECT", escaped_name());
    start();
    run.expect_failed({"lacks privileges on", "GRANT INSERT, UPDATE"});
    start_with(grants_told());
    run.expect_swapped();
}

TEST_F(a_narrow_account, is_told_grants_that_suffice_where_either_entry_may_count) {
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    const auto wildcard = run.schema().find('_');
    grant("SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX", run.schema());
    grant("SELECT, LOCK TABLES", run.schema().substr(0, wildcard) + "%");
    start();
    run.expect_failed({"lacks privileges on", "it cannot be told which"});
    EXPECT_EQ(grants_told().size(), 2U) << run.segue().err();
    start_with(grants_told());
    run.expect_swapped();
}

TEST_F(a_narrow_account, is_told_grants_that_suffice_beside_a_role) {
    const std::string role = quoted_literal(name + "_role");
    root.execute("CREATE ROLE " + role);
    root.execute(fmt::format("GRANT ALL ON `{}`.* TO {}", run.schema(), role));
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", role));
    root.execute(fmt::format("GRANT {} TO {}", role, account));
    root.execute(fmt::format("SET DEFAULT ROLE ALL TO {}", account));
    grant("SELECT", escaped_name());  // which hides the role's
    start();
    run.expect_failed({"lacks privileges on", "GRANT INSERT, UPDATE"});
    start_with(grants_told());
    run.expect_swapped();
    root.execute("DROP ROLE " + role);
}

TEST_F(a_narrow_account, without_any_grant_is_told_those_of_its_schema_alone) {
    start();
    run.expect_failed({"ON `" + escaped_name() + "`.*"});
    start_with(grants_told());
    run.expect_swapped();
}

// https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
TEST_F(a_narrow_account, is_told_its_grants_where_names_of_schemas_are_no_patterns) {
    const struct partial_revokes {
        explicit partial_revokes(db::session& on) : session(on) {
            session.execute("SET GLOBAL partial_revokes=ON");
        }
        ~partial_revokes() { session.execute("SET GLOBAL partial_revokes=OFF"); }
        db::session& session;
    } literal_names(root);
    auto pattern = run.schema();
    pattern.back() = '%';
    root.execute(fmt::format("GRANT ALL ON {}.* TO {}", segue::quoted_name(pattern), account));
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    start();
    run.expect_failed({"the account lacks privileges on", "partial_revokes is ON"});
    const auto grants = grants_told();
    // It holds nothing on the schema, and is told the useful ones as well.
    ASSERT_EQ(grants.size(), 4U) << run.segue().err();
    root.execute(grants[0].substr(0, grants[0].size() - 1));
    start();
    run.expect_swapped();
}

}  // namespace
}  // namespace segue::test
