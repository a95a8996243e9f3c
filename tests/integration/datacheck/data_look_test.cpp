// What a look at the data finds, and what it does not do.
#include "src/base/server_errors.hpp"
#include "tests/integration/datacheck/looked_at.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::datacheck {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

/// Each look at it is some time later.
class stepping_clock final : public clock_source {
  public:
    explicit stepping_clock(std::chrono::milliseconds step) : step_(step) {}
    time_point now() const override {
        at_ += step_;
        return at_;
    }

  private:
    const std::chrono::milliseconds step_;
    mutable time_point at_{};
};

const test::sandbox_server& server_of(const std::string& version) {
    return test::shared_server({}, version);
}

struct kind {
    const char* name;
    std::string before;
    std::string after;
    std::string fits;  ///< A value, in SQL, of all rows but one.
    std::string refused;
    int mysql_errno;
};

class a_value : public testing::TestWithParam<std::tuple<kind, std::string>> {
  protected:
    void SetUp() override {
        const std::string& version = std::get<1>(GetParam());
        if (version.empty()) return;
        if (const auto why = test::why_not_to_be_had(version)) GTEST_SKIP() << *why;
    }
};

TEST_P(a_value, that_the_new_column_refuses_is_found_and_no_other) {
    const kind& of = std::get<0>(GetParam());
    looked_at tables(server_of(std::get<1>(GetParam())));
    tables.make(fmt::format("(id INT PRIMARY KEY, c {})", of.before), "MODIFY c " + of.after);
    tables.fill(3'000, "n, " + of.fits);
    auto seen = tables.look();
    EXPECT_EQ(tables.refused(seen), "");
    EXPECT_TRUE(seen.whole);
    EXPECT_EQ(seen.ended_by, "");
    EXPECT_NO_THROW(tables.application.execute("CREATE TABLE native SELECT * FROM t"));
    EXPECT_NO_THROW(tables.application.execute("ALTER TABLE native MODIFY c " + of.after));

    tables.application.execute(fmt::format("UPDATE t SET c={} WHERE id=2345", of.refused));
    seen = tables.look();
    ASSERT_EQ(tables.refused(seen), "id=2345") << seen.ended_by;
    EXPECT_EQ(seen.refused->words.mysql_errno(), of.mysql_errno) << seen.refused->words.what();
    EXPECT_ANY_THROW(tables.application.execute("ALTER TABLE t MODIFY c " + of.after));
    EXPECT_EQ(tables.application.query_value("SELECT COUNT(*) FROM g"), "0");
}

const kind kinds[] = {
    {"null", "INT", "INT NOT NULL", "n", "NULL", er::bad_null_error},
    {"long_text", "VARCHAR(40)", "VARCHAR(10)", "REPEAT('a', n%11)", "'0123456789 '",
     er::warn_data_truncated},
    {"long_text_of_another_type", "VARCHAR(40)", "CHAR(10) CHARACTER SET latin1",
     "IF(n>2340, CONCAT('abc', REPEAT(' ', 20)), 'x')", "'0123456789a'", er::data_too_long},
    {"long_text_of_characters", "VARCHAR(40)", "VARCHAR(3) CHARACTER SET utf8mb3",
     "'\xc3\xa4\xc3\xa4\xc3\xa4'", "'\xc3\xa4\xc3\xa4\xc3\xa4x'", er::data_too_long},
    {"text_for_tinytext", "TEXT", "TINYTEXT", "REPEAT('x', 255)", "REPEAT('x', 256)",
     er::data_too_long},
    {"long_bytes", "VARBINARY(40)", "VARBINARY(8)", "'12345678'", "'123456789'",
     er::warn_data_truncated},
    {"number_as_text", "INT", "VARCHAR(4)", "n%999", "12345", er::data_too_long},
    {"integer_out_of_range", "INT", "SMALLINT", "n-1500", "32768", er::warn_data_out_of_range},
    {"below_zero", "INT", "INT UNSIGNED", "n", "-1", er::warn_data_out_of_range},
    {"decimal_out_of_range", "DECIMAL(10,2)", "DECIMAL(5,1)", "9999.94", "9999.95",
     er::warn_data_out_of_range},
    {"double_out_of_range", "DOUBLE", "INT", "n+0.5", "3e9", er::warn_data_out_of_range},
    {"text_that_is_no_number", "VARCHAR(40)", "INT", "CONCAT(' ', n)", "'1x'",
     er::warn_data_truncated},
    {"text_that_is_no_date", "VARCHAR(40)", "DATE", "DATE'2024-02-01'+INTERVAL n DAY",
     "'2024-02-30'", er::truncated_wrong_value},
    {"moment_before_timestamps", "DATETIME", "TIMESTAMP NULL",
     "IF(n>2980, TIMESTAMP'1970-01-02 10:00:00', TIMESTAMP'2024-02-01 00:00:00')",
     "TIMESTAMP'1969-02-01 00:00:00'", er::truncated_wrong_value},
    {"no_member_of_an_enum", "ENUM('a','b','it''s')", "ENUM('it''s','a')", "IF(n%2,'a','it''s')",
     "'b'", er::warn_data_truncated},
    {"text_that_is_no_member", "VARCHAR(9)", "ENUM('a','b')", "'A'", "'c'",
     er::warn_data_truncated},
    {"no_member_of_a_set", "SET('a','b','c')", "SET('c','a')", "'a,c'", "'a,b'",
     er::warn_data_truncated},
    {"character_that_is_not_there", "VARCHAR(9) CHARACTER SET utf8mb4",
     "VARCHAR(9) CHARACTER SET latin1", "'\xc3\xa4'", "'\xe2\x98\x83'",
     er::truncated_wrong_value_for_field},
    {"point_of_another_system", "POINT", "POINT SRID 4326", "ST_SRID(POINT(1, n%80), 4326)",
     "POINT(1, 1)", er::wrong_srid_for_column},
    {"shape_of_another_system", "GEOMETRY SRID 0", "GEOMETRY SRID 3857", "NULL", "POINT(1, 1)",
     er::wrong_srid_for_column},
    {"text_that_is_no_json", "VARCHAR(40)", "JSON", "'[1]'", "'[1'", er::invalid_json_text},
};
const auto name_of_kind = [](const auto& each) {
    return std::get<0>(each.param).name +
           std::string(std::get<1>(each.param).empty() ? "" : "_8_0");
};
INSTANTIATE_TEST_SUITE_P(of, a_value,
                         testing::Combine(testing::ValuesIn(kinds), testing::Values("")),
                         name_of_kind);
INSTANTIATE_TEST_SUITE_P(long_, a_value,
                         testing::Combine(testing::ValuesIn(kinds), testing::Values("8.0")),
                         name_of_kind);

class a_look : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (GetParam().empty()) return;
        if (const auto why = test::why_not_to_be_had(GetParam())) GTEST_SKIP() << *why;
    }
    const test::sandbox_server& server() const { return server_of(GetParam()); }
};
const auto name_of_version = [](const auto& each) {
    return std::string(each.param.empty() ? "usual" : "on_8_0");
};
INSTANTIATE_TEST_SUITE_P(at_rows, a_look, testing::Values(""), name_of_version);
INSTANTIATE_TEST_SUITE_P(long_at_rows, a_look, testing::Values("8.0"), name_of_version);

TEST_P(a_look, has_nothing_to_do_where_nothing_can_be_refused) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a INT NOT NULL, b VARCHAR(10), UNIQUE KEY (a, b))",
                "ADD COLUMN c INT NOT NULL DEFAULT 3, MODIFY a BIGINT NULL, MODIFY b VARCHAR(20), "
                "ADD UNIQUE KEY more (b, a, id)");
    tables.read();
    EXPECT_TRUE(tables.in_doubt.none());
}

TEST_P(a_look, finds_both_rows_under_a_new_unique_index_by_an_index_that_is_there) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a INT, b INT NOT NULL, KEY ab (b, a))",
                "ADD UNIQUE KEY u (a, b)");
    tables.fill(30'000, "n, IF(n%7=0, NULL, n), n%3");
    auto seen = tables.look();
    EXPECT_EQ(tables.in_doubt.unique.at(0).source_index, "ab");
    EXPECT_EQ(tables.refused(seen), "");
    EXPECT_TRUE(seen.whole) << seen.ended_by;
    tables.application.execute("UPDATE t SET a=100, b=1 WHERE id=29000");
    seen = tables.look();
    ASSERT_EQ(tables.refused(seen), "id=100 and id=29000");
    EXPECT_EQ(seen.refused->words.mysql_errno(), er::dup_entry);
}

TEST_P(a_look, finds_both_rows_under_a_new_unique_index_of_a_small_table) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a VARCHAR(20) COLLATE utf8mb4_bin)",
                "MODIFY a VARCHAR(20) COLLATE utf8mb4_0900_ai_ci, ADD UNIQUE KEY u (a)");
    tables.fill(900, "n, IF(n%7=0, NULL, CONCAT('a', n))");
    auto seen = tables.look();
    EXPECT_EQ(tables.refused(seen), "");
    EXPECT_TRUE(seen.in_one_range);
    tables.application.execute("UPDATE t SET a='A5' WHERE id=850");
    EXPECT_EQ(tables.refused(tables.look()), "id=5 and id=850");
}

TEST_P(a_look, tries_rows_where_no_condition_tells) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a INT)", "ADD CONSTRAINT few CHECK (a<30)");
    tables.fill(3'000, "n, n%50");
    const auto seen = tables.look();
    ASSERT_EQ(tables.refused(seen), "id=30");
    EXPECT_EQ(seen.refused->words.mysql_errno(), er::check_constraint_violated);
}

// Whoever wants to lock or alter the table waits meanwhile.
TEST_P(a_look, tries_rows_for_a_moment_and_tells_how_many) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a INT)", "ADD CONSTRAINT few CHECK (a<9999)");
    tables.fill(500, "n, n");
    tables.read();
    EXPECT_EQ(tables.in_doubt.only_tried, std::vector<std::string>{"CHECK constraints"});
    std::vector<keys::key_value> keys;
    db::session session = server().connect();
    for (const db::row& found : session.query(tables.texts->keys_in({}, 50)))
        keys.push_back(tables.texts->codec().from_row(found));
    const auto tried_for = [&](std::chrono::milliseconds most) {
        const stepping_clock clock(10ms);
        return try_rows(session, *tables.texts, keys, {.clock = clock, .most = most}).tried;
    };
    EXPECT_EQ(tried_for(10s), 50U);
    EXPECT_EQ(tried_for(100ms), 12U);
    EXPECT_EQ(tried_for(0ms), 2U) << "two may collide";
    const stepping_clock clock(20ms);
    const auto seen = tables.look({.clock = clock});
    EXPECT_GT(seen.rows_tried, 0U);
    EXPECT_LT(seen.rows_tried, 10U) << "the look gives each part a moment only";
}

TEST_P(a_look, leaves_nothing_in_the_binary_log) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a INT)", "MODIFY a TINYINT, ADD CHECK (id>0)");
    tables.fill(3'000, "n, IF(n=2500, 128, 1)");
    const auto place = [&] {
        return tables.application.query_value("SELECT @@GLOBAL.gtid_executed").value_or("");
    };
    const auto before = place();
    const auto seen = tables.look();
    EXPECT_EQ(tables.refused(seen), "id=2500");
    EXPECT_GT(seen.rows_tried, 0U);
    EXPECT_EQ(place(), before);
    EXPECT_EQ(tables.application.query_value("SELECT COUNT(*) FROM g"), "0");
}

TEST_P(a_look, sees_both_ends_of_a_table_that_is_too_large_and_tells_its_share) {
    looked_at tables(server());
    tables.make("(id BIGINT PRIMARY KEY, a INT)", "MODIFY a INT NOT NULL");
    tables.fill(60'000, "n*1000-7000000, n");
    // Each step of some reads of the clock, so that a few steps are made.
    const stepping_clock clock(100ms);
    auto seen = tables.look({.budget = 5s, .clock = clock});
    EXPECT_FALSE(seen.whole);
    EXPECT_GT(seen.percent, 0U);
    EXPECT_LT(seen.percent, 50U);
    EXPECT_EQ(seen.ended_by, "");
    const stepping_clock again(100ms);
    tables.application.execute("UPDATE t SET a=NULL ORDER BY id DESC LIMIT 1");
    seen = tables.look({.budget = 5s, .clock = again});
    EXPECT_EQ(tables.refused(seen), "id=53000000") << "the end is not looked at";
}

TEST_P(a_look, goes_on_with_fewer_rows_where_a_statement_is_ended) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a MEDIUMTEXT)", "MODIFY a INT");
    tables.fill(2'000, "n, CONCAT(REPEAT('0', 20000), n)");
    const auto seen = tables.look({.budget = 3s, .statement_max = 5ms});
    EXPECT_EQ(seen.ended_by, "");
    EXPECT_EQ(tables.refused(seen), "");
}

TEST_P(a_look, leaves_a_server_alone_that_has_enough_to_do) {
    looked_at tables(server());
    tables.make("(id INT PRIMARY KEY, a INT)", "MODIFY a INT NOT NULL");
    tables.fill(100, "n, NULL");
    const auto seen = tables.look({.busy = [](db::session&) { return std::string("busy"); }});
    EXPECT_EQ(seen.ended_by, "busy");
    EXPECT_FALSE(seen.refused);
}

}  // namespace
}  // namespace segue::datacheck
