// --set: what is refused, what a rehearsal shows, and what verification finds.
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/integration/migration/quiet_run.hpp"

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class a_column_that_is_set : public testing::Test {
  protected:
    a_column_that_is_set() {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, first VARCHAR(40), last "
            "VARCHAR(40) "
            "CHARACTER SET latin1, email VARCHAR(60), doc JSON, at DATETIME(3), price "
            "DECIMAL(10,3), "
            "day INT, `o``rder` INT, sum INT AS (day + 1) VIRTUAL, digest CHAR(64) AS (SHA2(email, "
            "256)) STORED)");
        run.session().execute(
            R"(INSERT INTO t (first, last, email, doc, at, price, day, `o``rder`) VALUES
               ('Ann', 'Lee', 'ANN@x', '{"a": {"b c": 1}}', '2026-02-28 23:59:59.5', 1.255, 5, 1),
               ('it''s \\ "so"', NULL, 'b@Y', '[1, 2]', NULL, -2.5, NULL, 2),
               ('Gr', 0xFC, NULL, NULL, '1999-12-31', NULL, 31, 3))");
    }
    static std::vector<std::string> with(std::vector<std::string> sets,
                                         std::vector<std::string> more = {}) {
        for (const std::string& one : sets) more.push_back("--set=" + one);
        return more;
    }
    void expect_set(const std::string& alter, const std::vector<std::string>& sets,
                    const std::string& update) {
        run.start(alter, {.more = with(sets)});
        run.expect_swapped();
        run.expect_as_native_alter(alter, {},
                                   "UPDATE {copy} c JOIN {old} o USING (id) SET " + update);
        EXPECT_THAT(run.everything(), Not(HasSubstr("_ghe")));
    }
    void expect_refused(const std::string& alter, const std::vector<std::string>& sets,
                        const std::vector<std::string>& told,
                        const std::vector<std::string>& more = {}) {
        expect_refused_and_nothing_left(run, alter, told, with(sets, more));
    }
    quiet_run run{shared_server()};
};

TEST_F(a_column_that_is_set, has_the_value_of_its_expression_and_its_source_may_go) {
    expect_set(
        "ADD full_name VARCHAR(90) NOT NULL, DROP first, DROP last, ADD lower_case VARCHAR(60)",
        {"full_name = CONCAT_WS(' ', first, last)", "email = LOWER(email)",
         "lower_case = LOWER(t.email)"},
        "c.full_name=CONCAT_WS(' ', o.first, o.last), c.email=LOWER(o.email), "
        "c.lower_case=LOWER(o.email)");
}

// What the server's settings are when a connection is made anew is not what a run began with.
TEST_F(a_column_that_is_set, has_the_value_that_the_settings_of_the_start_give) {
    const std::string globals = "SET GLOBAL div_precision_increment=";
    run.start("ADD x VARCHAR(60), ADD w VARCHAR(60)",
              {.postponed = true,
               .more = with({"x = price / 7", "w = CONCAT(WEEK(at), DATE_FORMAT(at, '%W'))"})});
    run.segue().wait_for_output("State: postponing cut-over");
    run.session().execute(globals +
                          "9, GLOBAL default_week_format=3, GLOBAL lc_time_names='de_DE'");
    for (const row& one : run.session().query("SELECT id FROM information_schema.PROCESSLIST WHERE "
                                              "id<>CONNECTION_ID() AND db=DATABASE()")) {
        try {
            run.session().execute("KILL " + one[0].value());
        } catch (const error& gone) {
            if (gone.mysql_errno() != er::no_such_thread) throw;
        }
    }
    run.session().execute("UPDATE t SET day=8 WHERE id=1");
    run.let_cut_over();
    run.expect_swapped();
    run.session().execute(
        globals + "DEFAULT, GLOBAL default_week_format=DEFAULT, GLOBAL lc_time_names=DEFAULT");
    EXPECT_EQ(run.session().query_value("SELECT CONCAT(x, w) FROM t WHERE id=1"),
              "0.17928578Saturday");
}

// A DATETIME makes of a TIME one of the current day.
TEST_F(a_column_that_is_set, gets_no_date_of_the_day) {
    run.session().execute("ALTER TABLE t ADD COLUMN o_clock TIME");
    expect_refused("ADD started DATETIME", {"started = o_clock"},
                   {"`started` would get the date of the day", "--allow-nondeterministic"});
    expect_refused("ADD early INT", {"early = at < o_clock"}, {"the day on which it is computed"});
}

// Columns that are called as words of SQL are, in every way of writing a name.
TEST_F(a_column_that_is_set, reads_what_the_server_takes_for_a_column) {
    expect_set(
        "ADD a DATETIME(3), ADD b VARCHAR(200) CHARACTER SET utf8mb4, ADD c JSON, ADD d TEXT, ADD "
        "e "
        "ENUM('dear','cheap'), ADD f VARBINARY(90), ADD g DOUBLE, ADD h DATE, ADD i INT, ADD j "
        "CHAR(30)",
        {"a = at + INTERVAL day DAY - INTERVAL 1 day",
         "b = CONCAT(first, 'at ''last'' \"day\" \\\\ `', _latin1'\xC3\xA9', x'41', N'n', last)",
         "c = JSON_OBJECT('first', t.first, 'o', `t`.`o``rder`, 'x', doc->'$.a.\"b c\"')",
         "d = CASE day WHEN NULL THEN 'at' ELSE CAST(first AS CHAR CHARACTER SET latin1) COLLATE "
         "latin1_bin END",
         "e = IF(price > 0 OR day IS NULL, 'dear', 'cheap')",
         "f = CONCAT(CAST(first AS BINARY), UNHEX('FF00'))",
         "g = price DIV 2 + -`day` << 2 | `o``rder`",
         "h = /* the day */ CAST(at AS DATE) -- at\n + INTERVAL '1' MONTH", "i = price",
         "j = TRIM(BOTH 'A' FROM first) "},
        "c.a=o.at + INTERVAL o.day DAY - INTERVAL 1 day, c.b=CONCAT(o.first, 'at ''last'' \"day\" "
        "\\\\ `', _latin1'\xC3\xA9', x'41', N'n', o.last), c.c=JSON_OBJECT('first', o.first, 'o', "
        "o.`o``rder`, 'x', o.doc->'$.a.\"b c\"'), c.d=CASE o.day WHEN NULL THEN 'at' ELSE "
        "CAST(o.first "
        "AS CHAR CHARACTER SET latin1) COLLATE latin1_bin END, c.e=IF(o.price > 0 OR o.day IS "
        "NULL, "
        "'dear', 'cheap'), c.f=CONCAT(CAST(o.first AS BINARY), UNHEX('FF00')), c.g=o.price "
        "DIV "
        "2 + -o.day << 2 | o.`o``rder`, c.h=CAST(o.at AS DATE) + INTERVAL '1' MONTH, c.i=o.price, "
        "c.j=TRIM(BOTH 'A' FROM o.first)");
    EXPECT_THAT(run.segue().err(), Not(HasSubstr("differ")));
}

TEST_F(a_column_that_is_set, may_read_numbers_and_generated_columns_and_others_that_are_set) {
    expect_set("ADD a BIGINT, MODIFY first VARCHAR(20)",
               {"a = id * 100 + sum", "day = id", "first = day"},
               "c.a=o.id * 100 + o.sum, c.day=o.id, c.first=o.day");
}

TEST_F(a_column_that_is_set, is_refused_where_the_server_or_the_new_table_does_not_take_it) {
    struct refused {
        std::string set;
        std::vector<std::string> told;
    };
    for (const auto& [set, told] : std::vector<refused>{
             {"a = NOW()", {"`a` = NOW()", "disallowed function: now", "--allow-nondeterministic"}},
             {"a = UUID()", {"disallowed function: uuid", "--allow-nondeterministic"}},
             {"a = (SELECT 1)", {"contains a disallowed function", "Subqueries"}},
             {"a = @x", {"cannot refer user or system variables", "Subqueries"}},
             {"a = SLEEP(1)", {"disallowed function: sleep", "functions that are stored, loaded"}},
             {"a = fist", {"Unknown column 'fist'", "Did you mean `first`?"}},
             {"a = segue_value", {"Unknown column 'segue_value'"}},
             {"a = u.first", {"a column of another table than"}},
             {"a = LOWER(first, last)", {"Incorrect parameter count"}},
             {"a = \xE2\x80\x98x\xE2\x80\x99", {"U+2018"}},
             {"b = 1", {"the new table has no column `b`"}},
             {"sum = 1", {"`sum` is a generated column"}},
             {"id = id + 1", {"`id` is AUTO_INCREMENT"}}})
        expect_refused("ADD a VARCHAR(90)", {set}, told);
    expect_refused("ADD a INT", {"a = 1", "A = 2"}, {"`A` is set twice"});
    expect_refused("MODIFY id INT", {"id = id + 1"},
                   {"no key names the rows", "the values of `id` are others in the new table"});
}

TEST_F(a_column_that_is_set, is_refused_with_the_server_s_words_where_a_row_does_not_fit) {
    run.start("ADD a VARCHAR(3)", {.more = with({"a = first"})});
    run.expect_failed({"Data truncated for column 'a'", "id=2", "It is about `a`",
                       "The original table is untouched"});
    run.session().execute("DROP TABLE IF EXISTS _t_gho, _t_ghc, _t_ghk");
    run.start("ADD a INT NOT NULL", {.more = with({"a = day"})});
    run.expect_failed({"Column 'a' cannot be null", "id=2", "The original table is untouched"});
    run.session().execute("DROP TABLE IF EXISTS _t_gho, _t_ghc, _t_ghk");
    run.start("ADD a INT, ADD UNIQUE KEY one (a)", {.more = with({"a = IF(id = 2, 7, id + 6)"})});
    run.expect_failed({"Duplicate entry '7' for key", "id=1", "id=2"});
}

TEST_F(a_column_that_is_set, is_shown_and_tried_by_a_rehearsal) {
    const std::string alter = "ADD full_name VARCHAR(90), DROP last";
    run.start(alter,
              {.more = with({"full_name = CONCAT_WS(' ', first, last)", "email = LOWER(email)"},
                            {"--execute=false"})});
    ASSERT_EQ(run.segue().wait(), 0) << run.segue().err();
    for (const char* const told :
         {"`full_name`: set to CONCAT_WS(' ', first, last)", "`email`: set to LOWER(email)",
          "read:   `first` 'Ann', `last` 'Lee', `email` 'ANN@x'", "before: `email` 'ANN@x'",
          "after:  `full_name` 'Ann Lee', `email` 'ann@x'", "`last`: dropped"})
        EXPECT_THAT(run.segue().out(), HasSubstr(told));
    EXPECT_THAT(run.segue().out(), Not(HasSubstr("`email`: dropped")));
    EXPECT_EQ(run.everything(), "t:3");
    expect_refused("ADD a VARCHAR(3)", {"a = first"},
                   {"does not take the row with the key id=2", "Data truncated for column 'a'"},
                   {"--execute=false"});
    expect_refused("ADD a INT, ADD UNIQUE KEY one (a)", {"a = 7"},
                   {"does not take the first rows together", "Duplicate entry '7' for key 't.one'"},
                   {"--execute=false"});
}

TEST_F(a_column_that_is_set, is_compared_with_its_expression) {
    fault_points faults;
    // The first is the tail, behind all rows.
    faults.pause("copier.chunk_committed", {.first = 2});
    run.start("ADD a VARCHAR(90)", {.build = segue_build::faulty,
                                    .faults = &faults,
                                    .more = with({"a = UPPER(first)"}, {"--threads=1"})});
    faults.wait_reached("copier.chunk_committed");
    application_session somebody(run.server().over_tcp(), run.schema());
    somebody.execute("SET SESSION sql_log_bin=0");
    somebody.execute("UPDATE _t_gho SET a='ann' WHERE id=1");
    faults.go("copier.chunk_committed");
    run.expect_failed({"the new table is not what the original gives: 1 row differs", "id=1"});
}

TEST_F(a_column_that_is_set, to_what_differs_each_time_is_not_compared_and_that_is_told) {
    run.start(
        "ADD a CHAR(36) NOT NULL, ADD UNIQUE KEY (a), ADD b DATETIME",
        {.more = with({"a = UUID()", "b = IFNULL(at, NOW())"}, {"--allow-nondeterministic"})});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err() + run.segue().out(),
                HasSubstr("`a`: set to what differs each time"));
    EXPECT_EQ(run.session().query_value("SELECT COUNT(DISTINCT a) FROM t"), "3");
    EXPECT_EQ(run.session().query_value("SELECT b FROM t WHERE id=3"), "1999-12-31 00:00:00");
}

TEST_F(a_column_that_is_set, makes_another_migration_of_the_same_alter) {
    const std::string alter = "ADD a INT";
    run.start(alter, {.postponed = true, .more = with({"a = day"})});
    run.segue().wait_for_output("phase: postponed");
    run.wait_for_resume_point();
    run.segue().signal(SIGKILL);
    static_cast<void>(run.segue().wait());
    for (const auto& [sets, told] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{}, "its --set is another: `a` = day"},
             {{"a = day + 1"}, "its --set is another: `a` = day"}}) {
        run.start(alter, {.more = with(sets)});
        run.expect_failed({"cannot be gone on with", told});
    }
    run.let_cut_over();
    run.start(alter, {.more = with({"a = day"})});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err() + run.segue().out(),
                HasSubstr("going on with what an earlier run left"));
    run.expect_as_native_alter(alter, {}, "UPDATE {copy} SET a=day");
}

TEST_F(a_column_that_is_set, is_tried_on_a_table_without_partitions) {
    run.session().execute("ALTER TABLE t PARTITION BY HASH(id) PARTITIONS 3");
    expect_set("ADD a BIGINT", {"a = id * 100"}, "c.a=o.id * 100");
}

TEST_F(a_column_that_is_set, is_in_no_foreign_key) {
    run.session().execute("CREATE TABLE parent (id INT PRIMARY KEY)");
    run.session().execute("INSERT INTO parent VALUES (5), (31)");
    run.session().execute(
        "ALTER TABLE t ADD CONSTRAINT to_parent FOREIGN KEY (day) REFERENCES parent (id)");
    expect_refused("ADD a INT", {"day = day + 1"},
                   {"--set would change `day`, a column of the foreign key `to_parent`"});
}

TEST_F(a_column_that_is_set, is_tried_on_what_a_run_that_died_has_left_but_on_no_table_of_others) {
    run.session().execute("CREATE TABLE _t_ghe (id INT PRIMARY KEY)");
    expect_refused("ADD a INT", {"a = day"}, {"_t_ghe` exists, and neither does its comment say"});
    run.session().execute("DROP TABLE _t_ghe");
    // Of a process that died right behind its first statement.
    run.session().execute("CREATE TABLE _t_ghe LIKE t");
    expect_set("ADD a INT", {"a = day"}, "c.a=o.day");
}

// Behind a swap that the same ALTER made.
TEST_F(a_column_that_is_set, is_set_although_the_same_alter_was_just_made) {
    fault_points faults;
    faults.abort("cut_over.swapped");
    const std::string alter = "MODIFY day INT";
    run.start(alter, {.build = segue_build::faulty, .faults = &faults});
    static_cast<void>(run.segue().wait());
    run.start(alter, {.more = with({"day = day + 1"}, {"--initially-drop-old-table"})});
    run.expect_swapped();
    EXPECT_EQ(run.session().query_value("SELECT day FROM t WHERE id=1"), "6");
}

TEST_F(a_column_that_is_set, is_set_where_an_instant_alter_is_asked_for) {
    run.start("ADD a INT", {.more = with({"a = day"}, {"--attempt-instant-ddl"})});
    run.expect_swapped();
    EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=1"), "5");
    EXPECT_THAT(run.segue().err(), HasSubstr("--attempt-instant-ddl has no effect beside --set"));
}

}  // namespace
}  // namespace segue::test
