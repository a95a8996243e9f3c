// What the server takes for an expression over a row, and that it means the same with full names.
#include "src/expressions/expression_judge.hpp"

#include "src/base/error.hpp"
#include "src/schema/table_definition.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::expressions {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

// Names of columns that are words of SQL, of functions, of character sets and of nothing.
constexpr const char* columns =
    "(id INT AUTO_INCREMENT COMMENT 'AUTO_INCREMENT' PRIMARY KEY, a VARCHAR(50), `day` INT, `date` "
    "DATETIME(3), `left` VARCHAR(9), `utf8mb4` VARCHAR(9) CHARACTER SET latin1, `null` INT, `char` "
    "DECIMAL(9,3), `se``lect` INT, `Größe` INT, j JSON, `unquoted` INT, segue_value INT, at TIME, "
    "v INT AS "
    "(`day` + 1))";

class an_expression : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (const auto why =
                GetParam().empty() ? std::nullopt : test::why_not_to_be_had(GetParam()))
            GTEST_SKIP() << *why;
        server_ = &test::shared_server({}, GetParam());
        schema_ = std::make_unique<test::fresh_schema>(*server_);
        session_.emplace(server_->connect());
        session_->execute("USE " + schema_->name());
        session_->execute(std::string("CREATE TABLE t ") + columns);
        session_->execute(
            R"(INSERT INTO t (a, `day`, `date`, `left`, `utf8mb4`, `null`, `char`, `se``lect`, `Größe`,
                 j, `unquoted`, segue_value) VALUES
               ('it''s \\ "day" %_', 3, '2026-02-28 23:59:59.999', 'left', 0xE9, 0, 1.5, 1, 7,
                '{"a": {"b c": [1, 2]}, "day": "x"}', 5, 1),
               (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
               ('', -1, '1999-12-31', 'A', '', 1, -0.001, 0, -7, '[]', 0, 2))");
        session_->execute("CREATE TABLE g LIKE t");
        source_ = *schema::read_table(*session_, {schema_->name(), "t"});
        const table_name twin{schema_->name(), "g"};
        session_->execute(without_auto_increment(source_, twin));
        judge_.emplace(*session_, source_, twin);
    }
    judged_expression judged(const std::string& text, dependence allowed = dependence::row_alone) {
        return judge_->judge({.column = "x", .expression = text}, allowed);
    }
    std::vector<db::row> values(const std::string& text, const std::string& from) {
        return session_->query("SELECT HEX((" + text + ")), (" + text + ") IS NULL, (" + text +
                               ")+0, CHARSET((" + text + ")) FROM " + from + " ORDER BY t.id");
    }
    const test::sandbox_server* server_ = nullptr;
    std::unique_ptr<test::fresh_schema> schema_;
    std::optional<db::session> session_;
    schema::table_definition source_;
    std::optional<expression_judge> judge_;
};

TEST_P(an_expression, means_the_same_once_its_columns_have_full_names) {
    // A bare name would be ambiguous.
    const std::string both = "t LEFT JOIN g ON FALSE";
    for (const std::string text :
         {R"(CONCAT(a, 'it''s a \\ \' "day" \n\0\Z%_', "a`date`"))",
          R"(CONCAT(_latin1'\é', _utf8mb4 x'C3A9', x'41', b'01', N'a', _binary'day'))",
          R"(a LIKE '%\\\_' OR a LIKE '%|_' ESCAPE '|')",
          "date + INTERVAL day DAY - INTERVAL 1 day",
          "date + INTERVAL '1:1' MINUTE_SECOND",
          "TIMESTAMPDIFF(DAY, date, DATE'2026-01-01') + TIMESTAMPADD(DAY, `day`, date)",
          "EXTRACT(DAY FROM date) + DAY(date) + day",
          "DATE(date)",
          "CAST(date AS DATE)",
          "CAST(a AS CHAR(3) CHARACTER SET utf8mb4) COLLATE utf8mb4_bin",
          "CONVERT(a USING latin1)",
          "CHAR(233, `char` USING latin1)",
          "CAST(`char` AS CHAR)",
          "LEFT(`left`, 2) = left(a, 2)",
          "`utf8mb4` COLLATE latin1_bin",
          "a IS NULL OR `null` IS NULL OR NULL",
          "IF(`null`, NULL, `null`)",
          "CASE day WHEN 3 THEN a WHEN -1 THEN date ELSE NULL END",
          "`se``lect` + größe * -t.day / `t`.`char` % 2 DIV 1 << 2 ^ ~1",
          "j->>'$.a.\"b c\"[0]'",
          "JSON_EXTRACT(j, '$.day') = 'x'",
          "JSON_OBJECT('day', day, 'date', date)",
          "JSON_VALUE(j, '$.day' RETURNING CHAR(5) DEFAULT 'day' ON EMPTY)",
          "day MEMBER OF (j->'$.a.\"b c\"')",
          "a REGEXP '^i' AND NOT day BETWEEN -1 AND 2 XOR day IN (1, 2, 3)",
          "(a, day) = ('', -1)",
          "TRIM(LEADING 'i' FROM a)",
          "SUBSTRING(a FROM 2 FOR 3)",
          "GET_FORMAT(DATE, 'EUR')",
          "unquoted + UNQUOTED + `unQuoted`",
          "segue_value + 1",
          "id + v",
          "/* day */ day -- date\n + 1 # a\n",
          "COALESCE(a, 'x') /*+ a */",
          "'a'",
          "1"})
        EXPECT_EQ(values(text, "t"), values(judged(text).text, both)) << text;
}

TEST_P(an_expression, tells_which_columns_it_reads) {
    EXPECT_THAT(judged("date + INTERVAL Day DAY - INTERVAL id day + t.day").reads,
                ElementsAre("date", "day", "id"));
    EXPECT_THAT(judged("INTERVAL 1 DAY + DATE'2026-01-01'").reads, IsEmpty());
    EXPECT_EQ(judged("t.a").text, "(" + source_.name.quoted() + ".`a`)");
}

TEST_P(an_expression, that_makes_a_date_of_a_time_depends_on_the_day) {
    for (const char* const text :
         {"CAST(at AS DATETIME)", "DATE(at)", "`date` < at", "YEAR(at)", "TO_DAYS(at)",
          "TIMESTAMP(at)", "CAST(CAST('10:00' AS TIME) AS DATE)", "GREATEST(`date`, at)"}) {
        EXPECT_THAT([&] { judged(text); },
                    ThrowsMessage<error>(HasSubstr("the day on which it is computed")))
            << text;
        EXPECT_EQ(judged(text, dependence::also_others).on, dependence::also_others) << text;
    }
    for (const char* const text :
         {"HOUR(at)", "at < '11:00'", "TIME_TO_SEC(at)", "TIMESTAMP('2000-01-01', at)",
          "CONCAT(at, a)", "TIME(`date`) < at"})
        EXPECT_FALSE(judged(text).is_time) << text;
    for (const char* const text : {"at", "ADDTIME(at, '1:00')", "TIME(`date`)"})
        EXPECT_TRUE(judged(text).is_time) << text;
    EXPECT_FALSE(judged("`date`").is_time);
}

TEST_P(an_expression, of_more_than_the_row_is_refused_unless_it_is_asked_for) {
    for (const char* const text : {"NOW()", "CONCAT(a, UUID())", "RAND()", "CURRENT_TIMESTAMP",
                                   "UNIX_TIMESTAMP(date)", "CONNECTION_ID()"}) {
        EXPECT_THAT([&] { judged(text); },
                    ThrowsMessage<error>(HasSubstr("--allow-nondeterministic")))
            << text;
        EXPECT_EQ(judged(text, dependence::also_others).on, dependence::also_others) << text;
    }
    EXPECT_EQ(judged("a", dependence::also_others).on, dependence::row_alone);
    session_->execute("CREATE FUNCTION f() RETURNS INT DETERMINISTIC NO SQL RETURN 1");
    for (const char* const text :
         {"(SELECT 1)", "EXISTS (SELECT a FROM t)", "@a", "@@sql_mode", "f()", "SLEEP(1)",
          "GET_LOCK('a', 1)", "LAST_INSERT_ID()", "VALUES(a)", "COUNT(*)", "ROW_NUMBER() OVER ()",
          "a := 1", "u.a", "nothing", "a.b"})
        for (const dependence allowed : {dependence::row_alone, dependence::also_others})
            EXPECT_THAT(
                [&] { judged(text, allowed); },
                ThrowsMessage<error>(testing::Not(HasSubstr("With --allow-nondeterministic"))))
                << text;
}

INSTANTIATE_TEST_SUITE_P(on_any_version, an_expression, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, an_expression, testing::Values(std::string("8.0")),
                         [](const auto&) { return "old"; });

}  // namespace
}  // namespace segue::expressions
