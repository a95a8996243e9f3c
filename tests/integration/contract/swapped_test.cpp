// What a table is once one of two names of a column is gone.
#include "tests/integration/contract/contract_run.hpp"
#include "tests/support/conditions.hpp"

#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::vector<std::string> renamed = {"--rename=name=full_name"};
const std::vector<std::string> drop = {"--drop=name", "--despite-use", "--unused-for=0"};

std::vector<std::string> with(std::vector<std::string> all, const std::string& more) {
    all.push_back(more);
    return all;
}

class contracted : public testing::TestWithParam<std::string> {
  protected:
    contract_run run{shared_server({}, GetParam())};
};

// ALTER TABLE ... RENAME COLUMN is what the two commands are in the place of.
TEST_P(contracted, a_renamed_column_is_as_rename_column_makes_it) {
    const std::string columns =
        " (id INT PRIMARY KEY, before_it INT, name VARCHAR(40) COLLATE utf8mb4_bin NOT NULL "
        "DEFAULT 'n, `name`' COMMENT 'the `name`', behind INT, KEY name (name(10), behind), "
        "UNIQUE KEY u (name DESC, id) COMMENT 'KEY `name` (`name`)', KEY other (behind), "
        "KEY f ((UPPER(name))))";
    run.session().execute("CREATE TABLE t" + columns);
    run.session().execute("CREATE TABLE wanted" + columns);
    run.fill("before_it,name,behind", "i,CONCAT('Name ', i),-i", 300);
    run.session().execute("INSERT INTO wanted SELECT * FROM t");
    run.session().execute("ALTER TABLE wanted DROP INDEX f");
    run.session().execute("ALTER TABLE wanted RENAME COLUMN name TO full_name");
    run.session().execute("ALTER TABLE wanted ADD KEY f ((UPPER(full_name)))");
    run.expand(0, renamed);
    run.session().execute("ALTER TABLE t DROP INDEX f");
    run.session().execute("ALTER TABLE t ADD KEY f ((UPPER(name)))");
    run.contract(0, with(drop, "--indexes=move"));
    std::string made = run.definition("t");
    std::string wanted = run.definition("wanted");
    wanted.replace(wanted.find("`wanted`"), 8, "`t`");
    const auto sorted = [](const std::string& text) {
        std::multiset<std::string> lines;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            std::string line = text.substr(at, end - at);
            if (line.ends_with(',')) line.pop_back();
            lines.insert(line);
            at = end + 1;
        }
        return lines;
    };
    EXPECT_EQ(sorted(made), sorted(wanted)) << made;
    // Whoever counts columns counts as before.
    EXPECT_EQ(made.substr(0, made.find("KEY")), wanted.substr(0, wanted.find("KEY")));
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t JOIN wanted USING (id, before_it, full_name, "
                        "behind)"),
              "300");
    EXPECT_EQ(run.tables(), "_t_del,t,wanted");
    EXPECT_EQ(run.triggers_of("t"), "NULL");
    EXPECT_EQ(run.triggers_of("_t_del"), "_t_full_name_exi,_t_full_name_exu");
}

TEST_P(contracted, the_new_column_is_as_it_was_asked_for) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, cents INT NOT NULL)");
    run.fill("cents", "i", 200);
    run.expand(0, {"--column=price DECIMAL(10,2) NOT NULL DEFAULT 7 COMMENT 'of one'",
                   "--up=price = cents * 0.01", "--down=cents = price * 100"});
    run.contract(0, {"--drop=cents", "--despite-use", "--unused-for=0"});
    EXPECT_NE(run.definition("t").find("  `id` int NOT NULL,\n  `price` decimal(10,2) NOT NULL "
                                       "DEFAULT '7.00' COMMENT 'of one',\n"),
              std::string::npos)
        << run.definition("t");
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE price=id*0.01"), "200");
    run.session().execute("INSERT INTO t (id) VALUES (1000)");
    EXPECT_EQ(run.value("SELECT price FROM t WHERE id=1000"), "7.00");
}

class contracted_too : public contracted {};

TEST_P(contracted_too, a_trigger_of_the_tables_own_is_taken_along_and_the_pair_is_not) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), n INT DEFAULT 0)");
    run.session().execute("CREATE TRIGGER mine BEFORE UPDATE ON t FOR EACH ROW SET NEW.n=OLD.n+1");
    run.fill("name", "CONCAT('Name ', i)", 100);
    run.expand(0, renamed);
    const auto refused = run.contract(1, drop);
    EXPECT_NE(refused.find("the table has a trigger, `mine`"), std::string::npos) << refused;
    EXPECT_EQ(refused.find("_t_full_name_ex"), std::string::npos) << refused;
    run.contract(0, with(with(drop, "--include-triggers"), "--trigger-suffix=_new"));
    EXPECT_EQ(run.triggers_of("t"), "mine_new");
    EXPECT_EQ(run.triggers_of("_t_del"), "mine,_t_full_name_exi,_t_full_name_exu");
}

TEST_P(contracted_too, of_two_expanded_columns_one_stays_so) {
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), town VARCHAR(40))");
    run.fill("name,town", "CONCAT('Name ', i),CONCAT('Town ', i)", 100);
    run.expand(0, renamed);
    run.expand(0, {"--rename=town=city"});
    const auto refused = run.contract(1, drop);
    EXPECT_NE(refused.find("the table has a trigger, `_t_city_exi`"), std::string::npos) << refused;
    run.contract(0, with(with(drop, "--include-triggers"), "--trigger-suffix=_x"));
    EXPECT_EQ(run.value("SELECT GROUP_CONCAT(DISTINCT column_name) FROM _t_exp"), "city");
    run.session().execute("INSERT INTO t (id,full_name,town) VALUES (1000,'x','in both')");
    EXPECT_EQ(run.value("SELECT city FROM t WHERE id=1000"), "in both");
    run.session().execute("DROP TABLE _t_del");
    run.contract(0, {"--drop=town", "--despite-use", "--unused-for=0"});
    EXPECT_EQ(run.tables(), "_t_del,t");
}

TEST_P(contracted_too, abandoned_at_each_step_of_an_expand_leaves_the_table_as_it_was) {
    for (const std::string point :
         {"expand.begun", "expand.column_made", "expand.update_trigger_made",
          "expand.triggers_made", "backfill.rows_set", "expand.filled", ""}) {
        run.session().execute("DROP TABLE IF EXISTS t, _t_del, _t_bkf");
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, n INT, KEY (name))");
        run.fill("name", "CONCAT('Name ', i)", 200);
        const std::string before = run.definition("t");
        if (point.empty()) {
            run.expand(0, renamed);
            run.session().execute("INSERT INTO t (id,full_name) VALUES (1000,'newer')");
        } else {
            fault_points faults;
            faults.abort(point);
            const auto process = run.start(renamed, {.command = "expand", .faults = &faults});
            EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL) << point << process->err();
        }
        run.contract(0, {"--abandon=full_name", "--despite-use"});
        EXPECT_EQ(run.definition("t"), before) << point;
        EXPECT_EQ(run.triggers_of("t"), "NULL") << point;
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE name=CONCAT('Name ', id)"), "200");
        EXPECT_EQ(run.tables().find("_t_exp"), std::string::npos) << run.tables();
    }
    EXPECT_EQ(run.value("SELECT name FROM t WHERE id=1000"), "newer");
}

// Its triggers are those of the old table now, under their names.
TEST_P(contracted_too, a_column_that_was_abandoned_may_be_expanded_again) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40))");
    run.fill("name", "CONCAT('Name ', i)", 100);
    run.expand(0, renamed);
    run.contract(0, {"--abandon=full_name"});
    const auto refused = run.expand(1, renamed);
    EXPECT_NE(refused.find("the table `_t_del` has a trigger of the name `_t_full_name_exu`"),
              std::string::npos)
        << refused;
    EXPECT_EQ(run.tables(), "_t_del,t");
    run.session().execute("DROP TABLE _t_del");
    run.expand(0, renamed);
    run.contract(0, {"--abandon=full_name", "--ok-to-drop-table"});
    EXPECT_EQ(run.tables(), "t");
}

TEST_P(contracted_too, the_old_table_is_the_way_back_with_its_pair_at_work) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40))");
    run.fill("name", "CONCAT('Name ', i)", 100);
    run.expand(0, renamed);
    run.contract(0, drop);
    run.session().execute("RENAME TABLE t TO t_new, _t_del TO t");
    run.session().execute("UPDATE t SET name='old code' WHERE id=7");
    run.session().execute("UPDATE t SET full_name='new code' WHERE id=8");
    EXPECT_EQ(run.both(7) + ";" + run.both(8), "old code|old code;new code|new code");
    run.expand(0, renamed);
    EXPECT_EQ(run.phase(), "verified");
    run.contract(0, drop);
    EXPECT_EQ(run.value("SELECT full_name FROM t WHERE id=8"), "new code");
}

class contract_killed : public contracted {};

TEST_P(contract_killed, at_each_step_goes_on_by_the_same_command) {
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, KEY (name))");
    run.fill("name", "CONCAT('Name ', i)", 500);
    run.expand(0, renamed);
    const auto asked = with(drop, "--indexes=move");
    for (const std::string point :
         {"contract.counted", "contract.begun", "migration.state_complete", "copier.chunk_read",
          "migration.before_attempt", "migration.swapped"}) {
        fault_points faults;
        faults.abort(point);
        const auto process = run.start_contract(asked, &faults);
        EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL) << point << process->err();
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM _t_exp WHERE hint='phase' AND value='verified'"),
                  "1");
    }
    const auto rehearsed = run.rehearse_contract(0, asked);
    EXPECT_NE(rehearsed.find("is gone already"), std::string::npos) << rehearsed;
    {
        fault_points faults;
        faults.abort("migration.before_whole");
        const auto process = run.start_contract(asked, &faults);
        EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL) << process->err();
    }
    EXPECT_EQ(run.tables(), "_t_del,_t_exp,t");
    const auto told = run.contract(0, asked);
    EXPECT_NE(told.find("nothing stands of the two"), std::string::npos) << told;
    EXPECT_EQ(run.tables(), "_t_del,t");
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE full_name=CONCAT('Name ', id)"), "500");
    EXPECT_NE(run.definition("t").find("KEY `name` (`full_name`)"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(here, contracted, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contracted, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });
INSTANTIATE_TEST_SUITE_P(long_here, contracted_too, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contracted_too,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });
INSTANTIATE_TEST_SUITE_P(long_here, contract_killed, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contract_killed,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });

}  // namespace
}  // namespace segue::test
