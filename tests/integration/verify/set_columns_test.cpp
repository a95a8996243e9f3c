// Columns that are set by an expression, against what copying makes of them.
#include "tests/integration/verify/verifying.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::verify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct set_value {
    std::string name;
    std::string expression;  ///< Over `n`, `d`, `f`, `w`, `m`, `j` and `b`.
    std::string to;
    std::string other;  ///< A literal for `to`, that is none of the values.
    /// That what copying makes of it is told right without looking at single rows.
    bool at_once = true;
};

// gtest prints it.
void PrintTo(const set_value& value, std::ostream* to) {
    *to << value.name;
}

class a_column_that_is_set : public testing::TestWithParam<set_value>, protected two_tables {
  protected:
    std::vector<schema::set_column> sets(bool deterministic = true) const {
        return {{.target = "c",
                 .asked = GetParam().expression,
                 .expression = GetParam().expression,
                 .reads = {},
                 .deterministic = deterministic}};
    }
    void make() {
        application.execute(
            "CREATE TABLE t (id INT PRIMARY KEY, n INT, d DECIMAL(20,6), f DOUBLE, w VARCHAR(50) "
            "CHARACTER SET latin1, m DATETIME(6), j JSON, b VARBINARY(20))");
        application.execute(
            R"(INSERT INTO t VALUES
               (1, 7, 1.4999, 2.5, 'Word  ', '2026-11-27 23:59:59.500000', '{"a": 1}', 0xFF00),
               (2, -3, -2.5, -0.1, '3.7', '1999-01-01 00:00:00.123456', '[1, "x"]', 0x61),
               (3, 0, 0, 1e10, '', '2000-02-29 12:00:00', '"s"', ''),
               (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL))");
        application.execute(
            fmt::format("CREATE TABLE g (id INT PRIMARY KEY, c {})", GetParam().to));
        session.execute("USE " + schema.name());
    }
    compared_tables compared() {
        return {session, source, target, schema::read_value_rules(session), sets()};
    }
    verified verify() {
        tables = std::make_unique<compared_tables>(compared());
        return verify_all(*tables);
    }
};

TEST_P(a_column_that_is_set, is_equal_once_copied_and_every_other_value_is_found) {
    make();
    session.execute(compared().texts().copy({}));
    const verified found = verify();
    EXPECT_THAT(texts_of(found, tables->how()), IsEmpty());
    if (GetParam().at_once) {
        EXPECT_EQ(found.ranges_looked_into, 0U) << tables->how().counts({});
    }
    application.execute("UPDATE g SET c=" + GetParam().other);
    EXPECT_EQ(verify().differences.size(), 4U);
}

INSTANTIATE_TEST_SUITE_P(
    by, a_column_that_is_set,
    testing::Values(
        set_value{"integer", "(`t`.n + 1)", "INT", "99"},
        set_value{"precedence", "(`t`.n IS NULL OR `t`.n + 1)", "INT", "99"},
        set_value{"rounded", "(`t`.d * 2)", "BIGINT", "99"},
        set_value{"text_as_integer", "(IF(`t`.n = -3, `t`.w, '12'))", "INT", "99", false},
        set_value{"decimal", "(`t`.d + 0.005)", "DECIMAL(10,2)", "99"},
        set_value{"real", "(`t`.f / 3)", "FLOAT", "99"},
        set_value{"double_from_decimal", "(`t`.d / 3)", "DOUBLE", "99"},
        set_value{"latin_text", "(CONCAT(`t`.w, '!'))", "VARCHAR(60) CHARACTER SET utf8mb4", "'?'"},
        set_value{"text_in_latin", "(UPPER(CONVERT(`t`.w USING utf8mb4)))",
                  "VARCHAR(60) CHARACTER SET latin1", "'word'"},
        set_value{"padded", "(CONCAT(`t`.w, ' '))", "CHAR(60)", "'word'"},
        set_value{"number_as_text", "(`t`.d)", "TEXT", "'?'"},
        set_value{"moment_as_text", "(`t`.m)", "VARCHAR(40)", "'?'"},
        set_value{"moment", "(`t`.m + INTERVAL 1 DAY)", "DATETIME", "'2001-01-01'"},
        set_value{"moment_of_text", "(DATE_FORMAT(`t`.m, '%Y-%m-%d'))", "TIMESTAMP(3) NULL",
                  "'2001-01-01'"},
        set_value{"day", "(CAST(`t`.m AS DATE))", "DATE", "'2001-01-01'"},
        set_value{"time", "(CAST(`t`.m AS TIME(6)))", "TIME(2)", "'1:1'"},
        set_value{"year", "(YEAR(`t`.m))", "YEAR", "2001"},
        set_value{"member", "(IF(`t`.n > 0, 'more', 'less'))", "ENUM('less','more','none')",
                  "'none'"},
        set_value{"members", "(IF(`t`.n > 0, 'a,b', 'b'))", "SET('a','b','c')", "'c'"},
        set_value{"document", "(JSON_OBJECT('n', `t`.n, 'w', `t`.w))", "JSON", "'[]'"},
        set_value{"document_of_text", "(IFNULL(CAST(`t`.j AS CHAR), 'null'))", "JSON", "'[]'"},
        set_value{"part_of_document", "(`t`.j->>'$.a')", "VARCHAR(20)", "'?'"},
        set_value{"bytes", "(CONCAT(`t`.b, UNHEX('00FF')))", "VARBINARY(30)", "'?'"},
        set_value{"fixed_bytes", "(`t`.b)", "BINARY(20)", "'?'"},
        set_value{"bits", "(`t`.n & 5)", "BIT(8)", "b'11'"}),
    [](const auto& of) { return of.param.name; });

class tables_with_a_column_that_is_set : public testing::Test, protected two_tables {};

// Where it is set to the same as the original's, a generated column could be compared; nobody
// looks.
TEST_F(tables_with_a_column_that_is_set, leave_out_what_is_made_of_it_and_what_differs_each_time) {
    application.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT AS (a + 1), h INT AS (b + 1), k INT AS "
        "(id))");
    application.execute("CREATE TABLE g LIKE t");
    application.execute("ALTER TABLE g ADD u CHAR(36)");
    application.execute("INSERT INTO t (id, a) VALUES (1, 1), (2, 2)");
    session.execute("USE " + schema.name());
    const std::vector<schema::set_column> sets{
        {.target = "a", .asked = "a * 10", .expression = "(`t`.a * 10)", .reads = {"a"}},
        {.target = "u",
         .asked = "UUID()",
         .expression = "(UUID())",
         .reads = {},
         .deterministic = false}};
    tables =
        std::make_unique<compared_tables>(session, source, target, schema::value_rules{}, sets);
    session.execute(tables->texts().copy({}));
    EXPECT_THAT(tables->how().left_out(), ElementsAre("`b`: generated from a column that is set",
                                                      "`h`: generated from a column that is set",
                                                      "`u`: set to what differs each time"));
    application.execute("UPDATE g SET u='another' WHERE id=1");
    application.execute("UPDATE g SET a=11 WHERE id=2");
    const verified found = verify_all(*tables);
    EXPECT_THAT(texts_of(found, tables->how()), ElementsAre("row id=2: other values in `a`"));
    EXPECT_EQ(found.ranges_looked_into, 1U);
}

}  // namespace
}  // namespace segue::verify
