// Two tables at rest: what is found, by key and by column.
#include "src/verify/carried_anew.hpp"
#include "tests/integration/verify/verifying.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::verify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class tables_at_rest : public testing::Test, protected two_tables {
  protected:
    tables_at_rest() {
        pace.change([](throttle::pace& now) { now.chunk_rows = 100; });
    }

    void make(const std::string& columns, const std::string& key = "PRIMARY KEY (id)") {
        application.execute(fmt::format("CREATE TABLE t (id INT NOT NULL, {}, {})", columns, key));
        application.execute("CREATE TABLE g LIKE t");
    }
    void fill(int rows, const std::string& values) {
        application.execute("SET SESSION cte_max_recursion_depth=100000");
        application.execute(
            fmt::format("INSERT INTO t WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id+1 "
                        "FROM n WHERE id<{}) SELECT id, {} FROM n",
                        rows, values));
        application.execute("INSERT INTO g SELECT * FROM t");
    }
    verified verify(const segue::tables::verified_rows& from = {},
                    const range_walk::settings& set = {}) {
        tables = std::make_unique<compared_tables>(session, source, target);
        return verify_all(*tables, workers, from, set, progressed);
    }
    std::vector<std::string> differences() {
        const verified found = verify();
        return texts_of(found, tables->how());
    }

    unsigned workers = 3;
    std::function<void(const range_walk&)> progressed;
};

TEST_F(tables_at_rest, that_are_equal_have_no_difference) {
    make("a INT, s VARCHAR(20)");
    fill(1'000, "IF(id%3=0,NULL,id), CONCAT('row ',id)");
    const verified found = verify();
    EXPECT_TRUE(found.done);
    EXPECT_THAT(found.differences, IsEmpty());
    EXPECT_EQ(found.rows, 1'000U);
    EXPECT_GE(found.ranges, 10U);
    EXPECT_EQ(found.rows_in_target, 1'000U);
    EXPECT_EQ(found.ranges_looked_into, 0U);
}

TEST_F(tables_at_rest, that_are_empty_are_equal_and_one_that_is_not_has_surplus_rows) {
    make("a INT");
    EXPECT_THAT(differences(), IsEmpty());
    application.execute("INSERT INTO g VALUES (7, 1)");
    EXPECT_THAT(differences(), ElementsAre("row id=7: in the new table alone"));
}

TEST_F(tables_at_rest, differ_by_changed_missing_and_surplus_rows_wherever_they_are) {
    make("a INT, s VARCHAR(20)");
    fill(1'000, "id, CONCAT('row ',id)");
    application.execute("DELETE FROM t WHERE id IN (300, 1000)");
    application.execute("DELETE FROM g WHERE id IN (1, 100, 101, 999)");
    application.execute("UPDATE g SET a=0 WHERE id IN (2, 500)");
    application.execute("UPDATE g SET a=NULL, s='ROW 501' WHERE id=501");
    application.execute("INSERT INTO g VALUES (-5, 1, 'x'), (2000, 1, 'x')");
    EXPECT_THAT(
        differences(),
        ElementsAre("row id=-5: in the new table alone", "row id=1000: in the new table alone",
                    "row id=100: missing in the new table", "row id=101: missing in the new table",
                    "row id=1: missing in the new table", "row id=2000: in the new table alone",
                    "row id=2: other values in `a`", "row id=300: in the new table alone",
                    "row id=500: other values in `a`", "row id=501: other values in `a`, `s`",
                    "row id=999: missing in the new table"));
    EXPECT_EQ(application.query_value("SELECT COUNT(*) FROM g WHERE a=0"), "2")
        << "nothing written";
}

// Sums of checksums that are affine, as CRC32 is, miss some of these.
TEST_F(tables_at_rest, differ_where_two_rows_have_each_others_values) {
    make("a INT, u VARCHAR(64)");
    fill(200, "id, SHA2(id,256)");
    application.execute(
        "UPDATE g JOIN t ON t.id=IF(g.id%2=0,g.id-1,g.id+1) SET g.u=t.u WHERE g.id<=20");
    EXPECT_EQ(differences().size(), 20U);
}

TEST_F(tables_at_rest, tell_null_from_empty_case_blanks_and_values_that_run_together) {
    make("a VARCHAR(9), b VARCHAR(9), c VARCHAR(9) CHARACTER SET latin1");
    application.execute(
        "INSERT INTO t VALUES (1,'','',''),(2,'a','b','c'),(3,'ab','',''),(4,'a',NULL,'x'),"
        "(5,'a','a','x')");
    application.execute(
        "INSERT INTO g VALUES (1,NULL,'',''),(2,'A','b','c'),(3,'a','b',''),(4,NULL,'a','x'),"
        "(5,'a ','a','x ')");
    EXPECT_THAT(
        differences(),
        ElementsAre("row id=1: other values in `a`", "row id=2: other values in `a`",
                    "row id=3: other values in `a`, `b`", "row id=4: other values in `a`, `b`",
                    "row id=5: other values in `a`, `c`"));
}

TEST_F(tables_at_rest, are_compared_by_keys_of_several_columns_and_directions) {
    make("b VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NOT NULL, a INT",
         "PRIMARY KEY (b, id DESC)");
    fill(900, "CONCAT(CHAR(65+id%26), id%7), id");
    EXPECT_THAT(differences(), IsEmpty());
    application.execute("DELETE FROM g WHERE id=77");
    application.execute("DELETE FROM t WHERE id=78");
    application.execute("UPDATE g SET b=LOWER(b) WHERE id=79");
    EXPECT_THAT(differences(), testing::SizeIs(testing::Ge(3)));
}

TEST_F(tables_at_rest, whose_key_has_another_collation_in_the_target_are_compared_as_well) {
    application.execute(
        "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_0900_as_cs PRIMARY KEY, a INT)");
    application.execute(
        "CREATE TABLE g (id VARCHAR(9) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, a INT)");
    application.execute("INSERT INTO t VALUES ('a',1),('B',2),('c',3),('D',4)");
    application.execute("INSERT INTO g SELECT * FROM t");
    EXPECT_THAT(differences(), IsEmpty());
    EXPECT_FALSE(tables->how().by_ranges());
    application.execute("UPDATE g SET a=9 WHERE id='a'");
    application.execute("DELETE FROM g WHERE id='B'");
    application.execute("INSERT INTO g VALUES ('x', 1)");
    EXPECT_THAT(differences(), ElementsAre("row id='B': missing in the new table",
                                           "row id='a': other values in `a`",
                                           "row id='x': in the new table alone"));
}

TEST_F(tables_at_rest, a_unique_value_that_a_surplus_row_holds_is_no_obstacle) {
    make("u INT, UNIQUE KEY (u)");
    fill(10, "id");
    application.execute("DELETE FROM g WHERE id=5");
    application.execute("INSERT INTO g VALUES (99, 5)");
    EXPECT_THAT(differences(), ElementsAre("row id=5: missing in the new table",
                                           "row id=99: in the new table alone"));
}

// The log tells of it under that name, so that a change of it that waits is known for one.
TEST_F(tables_at_rest, a_row_that_is_kept_out_is_named_as_the_source_names_it_now) {
    application.execute(
        "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, u INT, UNIQUE (u))");
    application.execute("CREATE TABLE g LIKE t");
    application.execute("INSERT INTO t VALUES ('kEY', 5)");
    application.execute("INSERT INTO g VALUES ('other', 5)");
    tables = std::make_unique<compared_tables>(session, source, target);
    const auto& codec = tables->texts().codec();
    const std::vector<keys::key_value> keys{codec.from_row(
        session.query("SELECT " + codec.printed(0, "'key' COLLATE utf8mb4_0900_ai_ci")).at(0))};
    const auto found = changed_by_carrying_over(session, tables->how(), nullptr, keys);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(describe(found[0], codec, "the new table"), "row id='kEY': missing in the new table");
}

TEST_F(tables_at_rest, new_columns_and_generated_ones_are_compared_as_far_as_they_can_be) {
    application.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT AS (a+1), c INT AS (a*2))");
    application.execute("CREATE TABLE g LIKE t");
    application.execute(
        "ALTER TABLE g DROP COLUMN c, ADD COLUMN c INT AS (a*3), ADD COLUMN d INT DEFAULT 5, ADD "
        "COLUMN e VARCHAR(9) DEFAULT 'x', ADD COLUMN f INT NOT NULL, ADD COLUMN h CHAR(36) DEFAULT "
        "(CONCAT(a)), ADD COLUMN j DATETIME NULL");
    application.execute("INSERT INTO t (id, a) VALUES (1,1),(2,2),(3,3),(4,4)");
    application.execute("INSERT INTO g (id, a, f) SELECT id, a, 0 FROM t");
    EXPECT_THAT(differences(), IsEmpty());
    EXPECT_THAT(tables->how().left_out(), ElementsAre("`c`: generated by another definition",
                                                      "`h`: new, with an expression as default"));
    application.execute("UPDATE g SET d=6 WHERE id=1");
    application.execute("UPDATE g SET e='X' WHERE id=2");
    application.execute("UPDATE g SET f=1, j=NOW() WHERE id=3");
    application.execute("UPDATE g SET h='' WHERE id=4");
    EXPECT_THAT(differences(),
                ElementsAre("row id=1: other values in `d`", "row id=2: other values in `e`",
                            "row id=3: other values in `f`, `j`"));
}

TEST_F(tables_at_rest, are_compared_on_from_where_an_earlier_verification_came_to) {
    make("a INT");
    fill(1'000, "id");
    workers = 1;
    std::vector<segue::tables::verified_rows> states;
    progressed = [&](const range_walk& walk) { states.push_back(walk.settled()); };
    EXPECT_TRUE(verify().done);
    ASSERT_GE(states.size(), 5U);
    EXPECT_EQ(states.at(4).rows, 500U);
    const segue::tables::verified_rows all = states.back();
    EXPECT_TRUE(all.done);
    progressed = {};
    application.execute("UPDATE g SET a=0 WHERE id IN (10, 990)");
    const verified rest = verify(states.at(4));
    EXPECT_TRUE(rest.done);
    EXPECT_EQ(rest.rows, 1'000U);
    EXPECT_THAT(texts_of(rest, tables->how()), ElementsAre("row id=990: other values in `a`"));
    EXPECT_THAT(verify(all).differences, IsEmpty());
}

// What an earlier one has found is found again, and not left behind.
TEST_F(tables_at_rest, no_later_verification_goes_on_behind_a_difference) {
    make("a INT");
    fill(1'000, "id");
    application.execute("UPDATE g SET a=0 WHERE id=450");
    workers = 1;
    segue::tables::verified_rows last;
    progressed = [&](const range_walk& walk) { last = walk.settled(); };
    EXPECT_EQ(verify().differences.size(), 1U);
    EXPECT_LE(last.rows, 400U);
    EXPECT_FALSE(last.done);
    progressed = {};
    const verified again = verify(last);
    EXPECT_THAT(texts_of(again, tables->how()), ElementsAre("row id=450: other values in `a`"));
}

TEST_F(tables_at_rest, that_differ_in_all_rows_are_told_by_some) {
    make("a INT");
    fill(1'000, "id");
    application.execute("UPDATE g SET a=-1");
    const verified found = verify({}, {.differences_max = 7});
    EXPECT_EQ(found.differences.size(), 7U);
    EXPECT_TRUE(found.there_may_be_more);
    EXPECT_FALSE(found.done);
    // More than are judged at once.
    EXPECT_EQ(verify({}, {.differences_max = 2'000}).differences.size(), 1'000U);
}

TEST_F(tables_at_rest, a_sample_compares_some_ranges_and_says_how_many) {
    make("a INT");
    fill(5'000, "id");
    const verified found = verify({}, {.sample_percent = 30, .sample_seed = 4});
    EXPECT_TRUE(found.done);
    EXPECT_GT(found.ranges, 0U);
    EXPECT_GT(found.skipped, found.ranges);
    EXPECT_LT(found.rows, 5'000U);
}

}  // namespace
}  // namespace segue::verify
