// Views that `segue views` has made, written through by code that knows the old names.
#include "tests/integration/views/views_run.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class old_code : public with_views {
  protected:
    void SetUp() override {
        with_views::SetUp();
        if (IsSkipped()) return;
        run_->session().execute(
            "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, full_name VARCHAR(40) NOT NULL,"
            " city VARCHAR(20) DEFAULT 'Rome', kind ENUM('a','b') NOT NULL, UNIQUE (full_name))");
        // As it was when the old code was written.
        run_->session().execute(
            "CREATE TABLE oracle (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL,"
            " city VARCHAR(20) DEFAULT 'Rome', kind ENUM('a','b') NOT NULL, UNIQUE (name))");
        run_->make(0, {"--map=users.name=full_name"});
    }
    /// The same statement on both; what the session sees of it afterwards is the same.
    void both(const std::string& statement) {
        const std::string view = run_->as() + ".users";
        std::vector<std::string> seen;
        for (const std::string& table : {view, std::string("oracle")}) {
            auto& by = run_->session();
            const auto rows = by.execute(fmt::format(fmt::runtime(statement), table));
            seen.push_back(fmt::format("{} {}", rows,
                                       run_->value("SELECT CONCAT(LAST_INSERT_ID(), ' ', "
                                                   "@@warning_count)")));
        }
        EXPECT_EQ(seen[0], seen[1]) << statement;
        EXPECT_EQ(rows_of(view + " ORDER BY id", "name"), rows_of("oracle ORDER BY id", "name"))
            << statement;
        EXPECT_EQ(rows_of("users ORDER BY id", "full_name"), rows_of("oracle ORDER BY id", "name"))
            << statement;
    }
    std::string rows_of(const std::string& table, const std::string& name) {
        std::string all;
        for (const row& one :
             run_->session().query("SELECT id, " + name + ", city, kind FROM " + table))
            for (const value& field : one) all += field.value_or("NULL") + ",";
        return all;
    }
};

TEST_P(old_code, writes_through_the_view_as_it_wrote_the_table) {
    both("INSERT INTO {} (name) VALUES ('Ann')");
    both("INSERT INTO {} VALUES (NULL, 'Bob', 'Oslo', 'b'), (NULL, 'Cid', DEFAULT, 'a')");
    both("INSERT INTO {0} (name, city) SELECT CONCAT(name, ' II'), city FROM {0} ORDER BY id");
    both("REPLACE INTO {} (name, city) VALUES ('Ann', 'Bonn'), ('Dan', 'Kiel')");
    both("INSERT INTO {} (name) VALUES ('Bob') ON DUPLICATE KEY UPDATE name=CONCAT(name, '!')");
    both("INSERT INTO {} (name) VALUES ('Dan') ON DUPLICATE KEY UPDATE city=VALUES(name)");
    both("INSERT IGNORE INTO {} (name) VALUES ('Cid'), ('Eve')");
    both("UPDATE {} SET name=UPPER(name) WHERE city='Oslo'");
    both("UPDATE {} SET city=name ORDER BY id DESC LIMIT 2");
    both("DELETE FROM {} WHERE name LIKE '%II' LIMIT 1");
    const auto file = std::filesystem::temp_directory_path() /
                      fmt::format("segue-views-{}-{}", ::getpid(), run_->schema());
    std::ofstream(file) << "Fay\tParis\nGus\tLima\n";
    std::filesystem::permissions(file, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    both(fmt::format("LOAD DATA INFILE '{}' INTO TABLE {{}} (name, city)", file.string()));
    std::filesystem::remove(file);
    EXPECT_NE(run_->value("SELECT COUNT(*) FROM users"), "0");
}

TEST_P(old_code, is_shown_what_would_be_made_and_nothing_is) {
    run_->drop(0);
    const auto before = run_->everything();
    const auto text = run_->run(0, {"--as=" + run_->as(), "--map=users.name=full_name"});
    EXPECT_THAT(text, AllOf(HasSubstr("CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW `" +
                                      run_->as() + "`.`users` AS select"),
                            HasSubstr("`full_name` AS `name`"), HasSubstr("CREATE DATABASE"),
                            HasSubstr("Nothing was changed")));
    EXPECT_EQ(run_->everything(), before);
}

TEST_P(old_code, finds_nothing_to_do_a_second_time_and_is_told_what_another_map_changes) {
    const auto before = run_->everything();
    EXPECT_THAT(run_->make(0, {"--map=users.name=full_name"}), HasSubstr("nothing to do"));
    EXPECT_EQ(run_->everything(), before);
    const auto other = run_->make(0, {"--map=users.label=full_name"});
    EXPECT_THAT(other, AllOf(HasSubstr("`label` is new, and made from `full_name`"),
                             HasSubstr("`name`, which was made from `full_name`, is gone"),
                             HasSubstr("replaced the view")));
    run_->session().execute("CREATE TABLE later (a INT)");
    run_->session().execute("ALTER TABLE users ADD COLUMN zip INT");
    EXPECT_THAT(run_->make(0, {"--map=users.label=full_name", "--sql-security=definer"}),
                AllOf(HasSubstr(".`later`: new"), HasSubstr("`zip` is new"),
                      HasSubstr("SQL SECURITY is DEFINER, and was INVOKER")));
    EXPECT_EQ(run_->value("SELECT GROUP_CONCAT(DISTINCT SECURITY_TYPE) FROM "
                          "information_schema.VIEWS WHERE TABLE_SCHEMA='" +
                          run_->as() + "'"),
              "DEFINER");
    run_->session().execute(
        fmt::format("INSERT INTO {}.users (label, zip) VALUES ('x', 7)", run_->as()));
}

TEST_P(old_code, has_a_view_beside_the_table_as_well) {
    const std::vector<std::string> one{"--view=users_v1", "--table=users", "--execute"};
    auto with_map = one;
    with_map.emplace_back("--map=name=full_name");
    EXPECT_THAT(run_->run(0, with_map), HasSubstr("made the view"));
    EXPECT_THAT(run_->run(0, with_map), HasSubstr("nothing to do"));
    run_->session().execute("INSERT INTO users_v1 (name) VALUES ('Zoe')");
    EXPECT_EQ(run_->value("SELECT CONCAT(LAST_INSERT_ID(), full_name) FROM users"), "1Zoe");
    // The schema of views gets none over it.
    EXPECT_THAT(run_->make(0, {"--map=users.name=full_name"}),
                HasSubstr("`users_v1` is a view itself"));
    run_->run(0, {"--view=users_v1", "--drop", "--execute"});
    EXPECT_THAT(run_->everything(), AllOf(Not(HasSubstr("users_v1")), HasSubstr("_v1 users VIEW")));
}

INSTANTIATE_TEST_SUITE_P(on, old_code, both_versions, name_of_version);

class a_table_of_any_kind : public with_views {};

TEST_P(a_table_of_any_kind, gets_a_view_that_is_written_through) {
    const std::string longest(64, 'x');
    for (const auto& sql :
         {std::string("CREATE TABLE no_key (a INT NOT NULL, b TEXT)"),
          std::string("CREATE TABLE all_types (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, "
                      "j JSON NOT NULL, s SET('x','y') NOT NULL, d DATE NOT NULL, b BLOB NOT "
                      "NULL, u VARCHAR(36) NOT NULL DEFAULT (UUID()), g JSON AS (j->'$.a') "
                      "STORED, p POINT NOT NULL SRID 4326, l LINESTRING NOT NULL, m MULTIPOLYGON "
                      "NOT NULL, c GEOMETRYCOLLECTION NOT NULL, bits BIT(3) NOT NULL, n INT CHECK "
                      "(n > 5), i INT INVISIBLE, SPATIAL KEY (p))"),
          std::string("CREATE TABLE parts (a INT NOT NULL, KEY (a)) PARTITION BY LIST (a) "
                      "(PARTITION p VALUES IN (7))"),
          std::string("CREATE TABLE checked (a VARCHAR(9) NOT NULL, CHECK (a LIKE 'x%'))"),
          std::string("CREATE TABLE older (a INT) ENGINE=MyISAM"),
          std::string("CREATE TABLE `q``u'o\\\\t` (`a``b` INT, `c d` INT)"),
          "CREATE TABLE " + longest + " (a INT PRIMARY KEY)"})
        run_->session().execute(sql);
    const auto text = run_->make(0, {"--map=all_types.old=n", "--map=`q``u'o\\\\t`.e=`c d`",
                                     "--map=" + longest + "." + longest + "=a"});
    EXPECT_THAT(text, HasSubstr("`i` of `" + run_->schema() + "`.`all_types` is invisible"));
    run_->session().execute(fmt::format("INSERT INTO {}.{} VALUES (7)", run_->as(), longest));
    run_->session().execute(fmt::format("INSERT INTO {}.`q``u'o\\\\t` (e) VALUES (7)", run_->as()));
    EXPECT_EQ(run_->value("SELECT `c d` FROM `q``u'o\\\\t`"), "7");
    EXPECT_THAT(run_->make(0, {"--map=all_types.old=n", "--map=`q``u'o\\\\t`.e=`c d`",
                               "--map=" + longest + "." + longest + "=a"}),
                HasSubstr("nothing to do"));
    // The live tables were not written to.
    EXPECT_EQ(run_->value("SELECT (SELECT COUNT(*) FROM all_types) + (SELECT COUNT(*) FROM older)"),
              "0");
}

TEST_P(a_table_of_any_kind, keeps_the_places_of_columns) {
    run_->session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(9), a INT, full_name VARCHAR(9) "
        "INVISIBLE, "
        "x INT, y INT)");
    run_->make(0, {"--map=t.name=full_name", "--map=t.x=y", "--map=t.y=x"});
    EXPECT_EQ(run_->value("SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) FROM "
                          "information_schema.COLUMNS WHERE TABLE_SCHEMA='" +
                          run_->as() + "'"),
              "id,name,a,x,y");
    run_->session().execute(fmt::format("INSERT INTO {}.t VALUES (1,'n',2,3,4)", run_->as()));
    EXPECT_EQ(run_->value("SELECT CONCAT_WS(',', id, name, a, full_name, x, y) FROM t"),
              "1,2,n,4,3");
}

// Made by the server where a table has no key (8.0.30).
TEST_P(a_table_of_any_kind, shows_an_invisible_number_at_the_end) {
    run_->session().execute(
        "CREATE TABLE t (n BIGINT AUTO_INCREMENT INVISIBLE PRIMARY KEY, a INT)");
    EXPECT_THAT(run_->make(0), HasSubstr("is invisible, and is the last column of the view"));
    run_->session().execute(fmt::format("INSERT INTO {}.t (a) VALUES (5), (6)", run_->as()));
    EXPECT_EQ(run_->value("SELECT LAST_INSERT_ID()"), "1");
}

TEST_P(a_table_of_any_kind, of_segue_s_own_gets_no_view) {
    run_->session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    for (const auto* const name :
         {"_t_gho", "_t_ghc", "_t_del", "_t_20260101000000_del", "_t_bkf", "_t_exp"})
        run_->session().execute(fmt::format("CREATE TABLE {} (id INT PRIMARY KEY)", name));
    EXPECT_THAT(run_->make(0), HasSubstr("gets no view"));
    EXPECT_EQ(run_->value("SELECT GROUP_CONCAT(TABLE_NAME) FROM information_schema.TABLES WHERE "
                          "TABLE_SCHEMA='" +
                          run_->as() + "'"),
              "t");
}

TEST_P(a_table_of_any_kind, has_its_schema_in_the_character_set_of_the_tables) {
    run_->session().execute("ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german1_ci");
    run_->session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    run_->make(0);
    EXPECT_EQ(run_->value("SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE "
                          "SCHEMA_NAME='" +
                          run_->as() + "'"),
              "latin1_german1_ci");
}

INSTANTIATE_TEST_SUITE_P(on, a_table_of_any_kind, both_versions, name_of_version);

class a_run_that_is_killed : public testing::TestWithParam<std::string> {};

TEST_P(a_run_that_is_killed, is_gone_on_with_by_the_same_command) {
    views_run run(shared_server({"--secure-file-priv="}));
    run.session().execute("CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    run.session().execute("CREATE TABLE b (id INT PRIMARY KEY, n INT)");
    fault_points faults;
    faults.abort(GetParam());
    const std::vector<std::string> maps{"--map=a.old=n", "--map=b.old=n"};
    run.make(128 + SIGKILL, maps, &faults);
    run.make(0, maps);
    EXPECT_THAT(run.make(0, maps), HasSubstr("nothing to do"));
    EXPECT_THAT(run.everything(), Not(HasSubstr("_gh")));
    // The same of a replacement.
    const std::vector<std::string> others{"--map=a.older=n", "--map=b.older=n"};
    fault_points again;
    again.abort(GetParam());
    const bool replaces = GetParam() != "views.schema_noted" && GetParam() != "views.schema_made";
    run.make(replaces ? 128 + SIGKILL : 0, others, &again);
    run.make(0, others);
    EXPECT_THAT(run.make(0, others), HasSubstr("nothing to do"));
    run.drop(0);
    EXPECT_EQ(run.everything(), run.schema() + " a BASE TABLE," + run.schema() + " b BASE TABLE|0");
}

TEST_P(a_run_that_is_killed, leaves_nothing_that_cannot_be_dropped) {
    views_run run(shared_server({"--secure-file-priv="}));
    run.session().execute("CREATE TABLE a (id INT PRIMARY KEY, n INT)");
    const auto before = run.everything();
    fault_points faults;
    faults.abort(GetParam());
    run.make(128 + SIGKILL, {"--map=a.old=n"}, &faults);
    run.drop(0);
    EXPECT_EQ(run.everything(), before);
}

TEST(a_trial_that_is_killed, leaves_what_a_clean_up_shows_and_drops) {
    views_run run(shared_server({"--secure-file-priv="}));
    run.session().execute("CREATE TABLE a (id INT PRIMARY KEY, n INT)");
    const auto before = run.everything();
    fault_points faults;
    faults.abort("views.trial_made");
    run.make(128 + SIGKILL, {"--map=a.old=n"}, &faults);
    EXPECT_THAT(run.everything(), HasSubstr("_a_ghw"));
    EXPECT_THAT(run.other(0, {"cleanup", "--table=a"}), HasSubstr("`_a_ghv`"));
    EXPECT_THAT(run.other(0, {"cleanup", "--table=a", "--execute"}),
                AllOf(HasSubstr("`_a_ghw`"), HasSubstr("`_a_ghv`")));
    EXPECT_EQ(run.everything(), before);
}

INSTANTIATE_TEST_SUITE_P(at, a_run_that_is_killed,
                         testing::Values("views.trial_made", "views.schema_noted",
                                         "views.schema_made", "views.noted", "views.made"),
                         [](const auto& each) {
                             auto name = each.param;
                             name[name.find('.')] = '_';
                             return name;
                         });

}  // namespace
}  // namespace segue::test
