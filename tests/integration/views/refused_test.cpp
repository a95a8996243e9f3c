// What `segue views` refuses, in the rehearsal already and without a trace.
#include "tests/integration/views/views_run.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;

struct refused {
    std::string name;
    std::vector<std::string> sql;    ///< {0}: the schema of the tables, {1}: that of the views.
    std::vector<std::string> flags;  ///< As `sql`.
    std::string words;
    int exit_code = 1;
};

class what_is_refused : public testing::TestWithParam<refused> {
  protected:
    std::string filled(const std::string& text) const {
        return fmt::format(fmt::runtime(text), run.schema(), run.as());
    }
    views_run run{shared_server({"--secure-file-priv="})};
};

TEST_P(what_is_refused, is_refused_by_the_rehearsal_and_by_the_run) {
    run.session().execute(
        "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(9) NOT NULL, "
        "full_name "
        "VARCHAR(9), must INT NOT NULL, may INT)");
    for (const std::string& sql : GetParam().sql) run.session().execute(filled(sql));
    std::vector<std::string> flags;
    for (const std::string& flag : GetParam().flags) flags.push_back(filled(flag));
    const auto before = run.everything();
    EXPECT_THAT(run.run(GetParam().exit_code, flags), HasSubstr(filled(GetParam().words)));
    flags.emplace_back("--execute");
    EXPECT_THAT(run.run(GetParam().exit_code, flags), HasSubstr(filled(GetParam().words)));
    EXPECT_EQ(run.everything(), before);
}

const std::vector<refused> all = {
    {"a_map_of_no_column", {}, {"--as={1}", "--map=users.x=fullname"}, "Did you mean `full_name`?"},
    {"a_map_of_no_table", {}, {"--as={1}", "--map=user.x=may"}, "Did you mean `users`?"},
    {"a_map_without_a_table", {}, {"--as={1}", "--map=x=may"}, "names no table"},
    {"a_map_that_is_none", {}, {"--as={1}", "--map=users.x"}, "is not \"table.old_name=column\""},
    {"a_name_twice",
     {},
     {"--as={1}", "--map=users.x=may", "--map=users.X=must"},
     "would have two columns `X`"},
    {"a_column_twice",
     {},
     {"--as={1}", "--map=users.x=may", "--map=users.y=MAY"},
     "are made from `MAY`"},
    {"a_name_of_a_column_without_a_default",
     {},
     {"--as={1}", "--map=users.must=may"},
     "leaves out the column `must`"},
    {"a_name_of_the_number",
     {},
     {"--as={1}", "--map=users.id=may"},
     "leaves out the AUTO_INCREMENT column `id`"},
    {"an_invisible_column_without_a_default",
     {"CREATE TABLE t (a INT, b INT NOT NULL INVISIBLE)"},
     {"--as={1}"},
     "--map \"t.b=b\" takes it in"},
    {"a_schema_of_somebody_s",
     {"CREATE DATABASE {1}"},
     {"--as={1}"},
     "there is a schema `{1}`, and"},
    {"the_schema_of_the_tables", {}, {"--as={0}"}, "the schema of the tables themselves"},
    {"a_schema_of_the_server_s", {}, {"--as=sys"}, "is a schema of the server's own"},
    {"a_view_of_somebody_s",
     {"CREATE VIEW v AS SELECT id FROM users"},
     {"--view=v", "--table=users"},
     "there is a view `{0}`.`v`, and Segue has not made it"},
    {"a_view_in_place_of_a_table",
     {},
     {"--view=users", "--table=users"},
     "there is a table `{0}`.`users`"},
    {"a_view_over_a_view",
     {"CREATE VIEW v AS SELECT id FROM users"},
     {"--view=w", "--table=v"},
     "is a view itself"},
    {"a_view_over_nothing", {}, {"--view=w", "--table=user"}, "Did you mean `users`?"},
    {"another_engine",
     {"CREATE TABLE t (a INT) ENGINE=BLACKHOLE"},
     {"--as={1}"},
     "of the engine BLACKHOLE"},
    {"a_table_of_tables",
     {"CREATE TABLE part (a INT) ENGINE=MyISAM",
      "CREATE TABLE t (a INT) ENGINE=MERGE UNION=(part) INSERT_METHOD=LAST"},
     {"--as={1}"},
     "of the engine MRG_MYISAM"},
    {"a_record_of_somebody_s",
     {"CREATE TABLE _segue_views (a INT)"},
     {"--as={1}"},
     "and this Segue has not made it"},
    {"a_trial_s_name_of_somebody_s",
     {"CREATE TABLE _users_ghv (id INT)", "DROP TABLE _users_ghv",
      "CREATE VIEW _users_ghw AS SELECT id FROM users"},
     {"--as={1}"},
     "`_users_ghw` exists, and Segue has not made it"},
    {"neither_of_both", {}, {}, "say either --as SCHEMA"},
    {"both", {}, {"--as={1}", "--view=v"}, "say either --as SCHEMA"},
    {"a_table_of_a_schema", {}, {"--as={1}", "--table=users"}, "--table is of --view"},
    {"a_view_of_no_table", {}, {"--view=v"}, "--table is missing"},
    {"a_map_beside_drop",
     {},
     {"--as={1}", "--drop", "--map=users.x=may"},
     "--map means nothing beside --drop"},
    {"other_rights", {}, {"--as={1}", "--sql-security=root"}, "is neither invoker nor definer"},
    {"an_alter", {}, {"--as={1}", "--alter=ADD a INT"}, "--alter means nothing to", 2}};

INSTANTIATE_TEST_SUITE_P(all, what_is_refused, testing::ValuesIn(all),
                         [](const auto& each) { return each.param.name; });

// What the definition shows is refused before; the trial finds it by itself.
TEST(a_trial, finds_that_an_insert_sets_no_last_insert_id) {
    views_run run(shared_server({"--secure-file-priv="}));
    run.session().execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    const auto before = run.everything();
    fault_points without;
    without.leave_out("views.design");
    EXPECT_THAT(run.make(1, {"--map=t.id=n"}, &without),
                HasSubstr("does not set LAST_INSERT_ID()"));
    EXPECT_EQ(run.everything(), before);
}

TEST(views_while_others_are_made, are_refused) {
    views_run run(shared_server({"--secure-file-priv="}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    auto other = run.server().connect();
    other.execute(fmt::format("DO GET_LOCK(CONCAT('segue-views/', LEFT(SHA2('{}',256),50)), 0)",
                              run.schema()));
    EXPECT_THAT(run.make(1), HasSubstr("another `segue views` is at work"));
}

TEST(a_view_in_use, is_waited_for_and_the_run_says_who_has_it) {
    views_run run(shared_server({"--secure-file-priv="}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, n INT)");
    run.make(0);
    run.session().execute("START TRANSACTION");
    run.session().execute(fmt::format("INSERT INTO {}.t VALUES (1, 1)", run.as()));
    fault_points at_once;
    at_once.leave_out("views.patience");
    const auto told = run.make(1, {"--map=t.old=n"}, &at_once);
    EXPECT_THAT(told, HasSubstr(fmt::format("connection {}", run.session().connection_id())));
    run.session().execute("COMMIT");
    run.make(0, {"--map=t.old=n"});
    run.drop(0);
}

// lower_case_table_names=1
TEST(names_that_fold, are_found_in_any_case) {
    views_run run(shared_server({"--secure-file-priv=", "--lower-case-table-names=1"}));
    run.session().execute("CREATE TABLE Users (Id INT PRIMARY KEY, Full_Name VARCHAR(9))");
    const std::vector<std::string> flags{"--as=" + run.as() + "_UP", "--execute",
                                         "--map=USERS.Name=full_name"};
    run.run(0, flags);
    run.session().execute(
        fmt::format("INSERT INTO {}_up.users (id, name) VALUES (1, 'x')", run.as()));
    EXPECT_THAT(run.run(0, flags), HasSubstr("nothing to do"));
    run.run(0, {"--as=" + run.as() + "_up", "--drop", "--execute"});
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME='" +
                        run.as() + "_up'"),
              "0");
}

}  // namespace
}  // namespace segue::test
