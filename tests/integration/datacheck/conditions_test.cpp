// The conditions that find suspects, between all kinds of columns: the server takes each of them.
#include "src/base/error.hpp"
#include "src/datacheck/value_conditions.hpp"
#include "tests/integration/datacheck/looked_at.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::datacheck {
namespace {

/// A type, and two values of it in SQL.
struct typed_values {
    std::string type;
    std::string some;
    std::string other;
};

const std::vector<typed_values> all = {
    {"TINYINT", "-128", "7"},
    {"INT UNSIGNED", "4294967295", "0"},
    {"INT(12) ZEROFILL", "4294967295", "0"},
    {"BIGINT", "-9223372036854775808", "9223372036854775807"},
    {"BIGINT UNSIGNED", "18446744073709551615", "1"},
    {"DECIMAL(65,30)", "-99999999999999999999999999999999999.9", "0.000001"},
    {"DECIMAL(5,2) UNSIGNED", "999.99", "0"},
    {"FLOAT", "-3.4e38", "1e-30"},
    {"DOUBLE", "1.7e308", "-0.0"},
    {"DOUBLE(9,3)", "1.5", "-999999.999"},
    {"BIT(64)", "b'1'", "18446744073709551615"},
    {"YEAR", "2155", "0"},
    {"DATE", "'9999-12-31'", "'0001-01-01'"},
    {"DATETIME(6)", "'9999-12-31 23:59:59.999999'", "'1000-01-01'"},
    {"TIMESTAMP NULL", "'2038-01-19 03:14:07'", "'1971-01-01'"},
    {"TIME(3)", "'-838:59:59'", "'10:11:12.345'"},
    {"CHAR(30)", "'x'", "'1'"},
    {"VARCHAR(60) CHARACTER SET utf8mb4", "'\xe2\x98\x83 1e400'", "'2024-00-00'"},
    {"VARCHAR(60) CHARACTER SET latin1", "'\xc3\xa4'", "'-1.5e3'"},
    {"VARCHAR(60) CHARACTER SET utf16", "'x'", "'1'"},
    {"VARCHAR(60) CHARACTER SET ascii", "''", "' 12 '"},
    {"TEXT CHARACTER SET sjis", "'x'", "'99999999999999999999999999999999999999999'"},
    {"BINARY(4)", "X'FF00FF00'", "'1'"},
    {"VARBINARY(60)", "X'C328'", "'12'"},
    {"BLOB", "X'00'", "'[1]'"},
    {"ENUM('a','it''s','')", "'a'", "''"},
    {"SET('a','b')", "'a,b'", "''"},
    {"JSON", "'[1]'", "'null'"},
    {"GEOMETRY", "ST_GeomFromText('POINT(1 1)')", "NULL"},
};

class conditions : public testing::TestWithParam<std::string> {};

TEST_P(conditions, are_taken_for_each_pair_of_types) {
    if (!GetParam().empty())
        if (const auto why = test::why_not_to_be_had(GetParam())) GTEST_SKIP() << *why;
    looked_at tables(test::shared_server({}, GetParam()));
    std::string columns;
    std::string some;
    std::string other;
    for (std::size_t i = 0; i < all.size(); ++i) {
        columns += fmt::format(", c{} {}", i, all[i].type);
        some += ", " + all[i].some;
        other += ", " + all[i].other;
    }
    tables.make("(id INT PRIMARY KEY" + columns + ")", "ENGINE=InnoDB");
    tables.application.execute(fmt::format("INSERT INTO t VALUES (1{}), (2{})", some, other));
    tables.read();
    unsigned asked = 0;
    for (const schema::column& from : tables.source.columns)
        for (const schema::column& to : tables.source.columns)
            for (const auto& one :
                 conditions_of(from, to, tables.source.name.quoted() + "." + quoted_name(from.name))
                     .conditions) {
                ++asked;
                EXPECT_NO_THROW(tables.session.query(
                    fmt::format("SELECT id FROM {} WHERE ({}) ORDER BY id LIMIT 1",
                                tables.source.name.quoted(), one.sql)))
                    << from.column_type << " to " << to.column_type << ": " << one.sql;
            }
    EXPECT_GT(asked, all.size() * 10);
}

INSTANTIATE_TEST_SUITE_P(on, conditions, testing::Values(""),
                         [](const auto&) { return "the_usual_server"; });
INSTANTIATE_TEST_SUITE_P(long_on, conditions, testing::Values("8.0"),
                         [](const auto&) { return "8_0"; });

}  // namespace
}  // namespace segue::datacheck
