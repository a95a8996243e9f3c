// A table of all types, and of types that are converted, against what copying makes of it.
#include "tests/integration/verify/verifying.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"

#include <tuple>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::verify {
namespace {

using testing::IsEmpty;

struct type_pair {
    std::string name;  ///< Of the column.
    std::string from;
    std::string to;
    std::vector<std::string> values;  ///< Literals for `from`.
    std::string other;                ///< A literal for `to`, that none of them becomes.
    /// That what copying makes of it is told right without looking at single rows.
    bool at_once = true;
};

// gtest prints it.
void PrintTo(const type_pair& pair, std::ostream* to) {
    *to << pair.name;
}

// Of a server's version, empty for any.
class columns_of : public testing::TestWithParam<std::tuple<std::string, type_pair>>,
                   protected two_tables {
  protected:
    columns_of() : two_tables(std::get<0>(GetParam())) {
        const auto& [name, from, to, values, other, at_once] = pair;
        application.execute(fmt::format("CREATE TABLE t (id INT PRIMARY KEY, c {})", from));
        application.execute(fmt::format("CREATE TABLE g (id INT PRIMARY KEY, c {})", to));
        int id = 0;
        for (const std::string& value : values)
            application.execute(fmt::format("INSERT INTO t VALUES ({}, {})", ++id, value));
        session.execute("USE " + schema.name());
    }
    verified verify() {
        tables = std::make_unique<compared_tables>(session, source, target,
                                                   schema::read_value_rules(session));
        return verify_all(*tables);
    }
    const type_pair& pair = std::get<1>(GetParam());
};

TEST_P(columns_of, are_equal_once_copied_and_every_other_value_is_found) {
    if (no_server) GTEST_SKIP() << *no_server;
    const compared_tables copied(session, source, target, schema::read_value_rules(session));
    session.execute(copied.texts().copy({}));
    const verified found = verify();
    EXPECT_THAT(texts_of(found, tables->how()), IsEmpty());
    if (pair.at_once) {
        EXPECT_EQ(found.ranges_looked_into, 0U) << tables->how().counts({});
    }

    const auto rows = pair.values.size();
    // UPDATE leaves a document as it is that is equal to the new one.
    application.execute("UPDATE g SET c=NULL");
    application.execute("UPDATE g SET c=" + pair.other);
    const verified others = verify();
    EXPECT_EQ(others.differences.size(), rows)
        << testing::PrintToString(texts_of(others, tables->how()));
    application.execute("UPDATE g SET c=NULL");
    EXPECT_EQ(verify().differences.size(), rows - (pair.values.back() == "NULL" ? 1 : 0));
}

const std::vector<type_pair> kept{
    {"tinyint", "TINYINT", "TINYINT", {"-128", "0", "127", "NULL"}, "5"},
    {"bigint", "BIGINT UNSIGNED", "BIGINT UNSIGNED", {"18446744073709551615", "0", "NULL"}, "5"},
    {"decimal", "DECIMAL(30,10)", "DECIMAL(30,10)", {"0.0000000001", "-1.5", "NULL"}, "1.5"},
    {"float", "FLOAT", "FLOAT", {"0.1", "-1e30", "16777216", "NULL"}, "0.10000001"},
    {"double", "DOUBLE", "DOUBLE", {"0.1", "1e308", "NULL"}, "0.10000000000000002"},
    {"float_2", "FLOAT(10,2)", "FLOAT(10,2)", {"1.005", "NULL"}, "1.02"},
    {"bit", "BIT(17)", "BIT(17)", {"65537", "0", "NULL"}, "5"},
    {"year", "YEAR", "YEAR", {"1901", "2155", "NULL"}, "2000"},
    {"date", "DATE", "DATE", {"'2026-02-28'", "NULL"}, "'2026-03-01'"},
    {"datetime",
     "DATETIME(6)",
     "DATETIME(6)",
     {"'2026-02-28 01:02:03.000004'", "NULL"},
     "'2026-02-28 01:02:03.000005'"},
    {"time", "TIME(3)", "TIME(3)", {"'-838:59:58.999'", "NULL"}, "'00:00:00.001'"},
    // An hour that comes twice, in the zone of the session that wrote them.
    {"timestamp",
     "TIMESTAMP(2) NULL",
     "TIMESTAMP(2) NULL",
     {"'2026-10-25 02:30:00.25+02:00'", "'2026-07-01 00:00:00'", "NULL"},
     "'2026-10-25 02:30:00.25+01:00'"},
    {"char", "CHAR(10)", "CHAR(10)", {"'a'", "''", "'Ä'", "NULL"}, "'A'"},
    {"varchar", "VARCHAR(10)", "VARCHAR(10)", {"'a'", "''", "'Ä'", "NULL"}, "'a '"},
    {"latin1",
     "VARCHAR(10) CHARACTER SET latin1",
     "VARCHAR(10) CHARACTER SET latin1",
     {"'a'", "'é'", "NULL"},
     "'A'"},
    {"utf16",
     "VARCHAR(10) CHARACTER SET utf16",
     "VARCHAR(10) CHARACTER SET utf16",
     {"'a'", "'é'", "NULL"},
     "'a '"},
    {"text", "LONGTEXT", "LONGTEXT", {"REPEAT('x',70000)", "''", "NULL"}, "'x'"},
    {"binary", "BINARY(4)", "BINARY(4)", {"x'00'", "'ab'", "NULL"}, "'a'"},
    {"blob", "BLOB", "BLOB", {"x'00'", "x''", "NULL"}, "x'0000'"},
    {"enum", "ENUM('a','B','')", "ENUM('a','B','')", {"'a'", "'B'", "NULL"}, "''"},
    {"set", "SET('a','b','c')", "SET('a','b','c')", {"'a,c'", "''", "NULL"}, "'b'"},
    {"json", "JSON", "JSON", {R"('{"b":1.50,"a":[1,null]}')", "'1'", "NULL"}, "'2.0'"},
    {"geometry",
     "GEOMETRY",
     "GEOMETRY",
     {"POINT(1,2)", "ST_GeomFromText('POINT(1 2)',4326)", "NULL"},
     "POINT(2,1)"},
    {"point",
     "POINT SRID 4326",
     "POINT SRID 4326",
     {"ST_GeomFromText('POINT(1 2)',4326)", "NULL"},
     "ST_GeomFromText('POINT(2 1)',4326)"},
};
const auto name_of = [](const auto& given) { return std::get<1>(given.param).name; };

INSTANTIATE_TEST_SUITE_P(long_of_one_type, columns_of,
                         testing::Combine(testing::Values(""), testing::ValuesIn(kept)), name_of);

// Values that are equal, or printed alike, and are not the same.
const std::vector<type_pair> alike{
    {"float_zero", "FLOAT", "FLOAT", {"-0e0", "NULL"}, "0e0"},
    {"double_zero", "DOUBLE", "DOUBLE", {"-0e0", "NULL"}, "0e0"},
    {"double_below_zero", "DOUBLE", "DOUBLE", {"0e0", "NULL"}, "-0e0"},
    {"float_zero_to_double", "FLOAT", "DOUBLE", {"-0e0", "NULL"}, "0e0"},
    {"json_date", "JSON", "JSON", {"CAST(DATE'2020-01-01' AS JSON)"}, R"('"2020-01-01"')"},
    {"json_date_in_array",
     "JSON",
     "JSON",
     {"JSON_ARRAY('x', JSON_ARRAY(DATE'2020-01-01'))"},
     "JSON_ARRAY('x', JSON_ARRAY('2020-01-01'))"},
    {"json_times",
     "JSON",
     "JSON",
     {"JSON_OBJECT('a', JSON_ARRAY(TIME'10:00:00', TIME'10:00:01'))"},
     R"('{"a": ["10:00:00.000000", "10:00:01.000000"]}')"},
    {"json_bytes", "JSON", "JSON", {"JSON_ARRAY(x'61')"}, "JSON_ARRAY('base64:type15:YQ==')"},
    {"json_decimal", "JSON", "JSON", {"JSON_ARRAY(1.0)"}, "JSON_ARRAY(1.0e0)"},
    {"json_decimal_scale", "JSON", "JSON", {"JSON_ARRAY(1.00)"}, "JSON_ARRAY(1.0)"},
    {"json_zero", "JSON", "JSON", {"JSON_ARRAY(-0e0)"}, "JSON_ARRAY(0e0)"},
    {"json_number", "JSON", "JSON", {"JSON_ARRAY(1)"}, "JSON_ARRAY(1.0e0)"},
    {"decimal_to_json", "DECIMAL(2,1)", "JSON", {"1.5", "NULL"}, "CAST(1.5 AS JSON)"},
    {"text_to_json", "VARCHAR(40)", "JSON", {R"('{"b":1.5}')", "NULL"}, "JSON_OBJECT('b', 1.5)"},
};
INSTANTIATE_TEST_SUITE_P(long_of_values_alike, columns_of,
                         testing::Combine(testing::Values(""), testing::ValuesIn(alike)), name_of);
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, columns_of,
                         testing::Combine(testing::Values("8.0"), testing::ValuesIn(alike)),
                         name_of);

const std::vector<type_pair> converted{
    {"scale", "DECIMAL(10,4)", "DECIMAL(10,2)", {"1.2350", "-1.2350", "0.0049", "NULL"}, "7"},
    {"int_wider", "INT", "BIGINT", {"-1", "7", "NULL"}, "5"},
    {"int_to_decimal", "INT", "DECIMAL(12,2)", {"-1", "7", "NULL"}, "5"},
    {"decimal_to_int", "DECIMAL(10,2)", "INT", {"1.5", "2.5", "-1.5", "NULL"}, "5"},
    {"double_to_int", "DOUBLE", "INT", {"1.5", "2.5", "-0.5", "NULL"}, "5"},
    {"float_to_double", "FLOAT", "DOUBLE", {"0.1", "1e10", "NULL"}, "5"},
    {"double_to_float", "DOUBLE", "FLOAT", {"0.1", "16777217", "NULL"}, "5"},
    {"double_to_decimal", "DOUBLE", "DECIMAL(10,2)", {"1.005", "2.675", "NULL"}, "5"},
    // Rounded as no expression does it.
    {"double_2", "DOUBLE", "DOUBLE(10,2)", {"1.005", "2.675", "NULL"}, "5", false},
    {"int_to_varchar", "INT", "VARCHAR(12)", {"-1", "7", "NULL"}, "'x'"},
    {"zerofill", "INT(5) ZEROFILL", "VARCHAR(12)", {"1", "7", "NULL"}, "'x'"},
    {"float_to_varchar", "FLOAT", "VARCHAR(30)", {"0.1", "1e20", "NULL"}, "'x'"},
    {"text_to_int", "VARCHAR(10)", "INT", {"'1'", "'-7'", "'1.5'", "NULL"}, "5"},
    {"text_to_decimal", "VARCHAR(10)", "DECIMAL(10,2)", {"'1'", "'-7.25'", "NULL"}, "5"},
    {"text_to_date", "VARCHAR(30)", "DATE", {"'2026-01-02'", "NULL"}, "'2000-01-01'"},
    {"latin1_to_utf8mb4",
     "VARCHAR(10) CHARACTER SET latin1",
     "VARCHAR(10) CHARACTER SET utf8mb4",
     {"'é'", "'a'", "NULL"},
     "'e'"},
    {"utf8mb4_to_latin1",
     "VARCHAR(10)",
     "VARCHAR(10) CHARACTER SET latin1",
     {"'é'", "'a '", "NULL"},
     "'e'"},
    {"collation",
     "VARCHAR(10) COLLATE utf8mb4_0900_ai_ci",
     "VARCHAR(10) COLLATE utf8mb4_bin",
     {"'é'", "'a '", "NULL"},
     "'a'"},
    {"varchar_to_char", "VARCHAR(10)", "CHAR(10)", {"'a  '", "'b'", "NULL"}, "'x'"},
    {"char_to_varchar", "CHAR(10)", "VARCHAR(10)", {"'a  '", "'b'", "NULL"}, "'x'"},
    {"varchar_to_text", "VARCHAR(10)", "MEDIUMTEXT", {"'a  '", "'b'", "NULL"}, "'x'"},
    {"text_to_blob", "VARCHAR(10)", "BLOB", {"'é '", "'b'", "NULL"}, "'x'"},
    {"blob_to_text", "VARBINARY(10)", "VARCHAR(10)", {"'é '", "'b'", "NULL"}, "'x'"},
    {"binary_wider", "BINARY(3)", "BINARY(5)", {"'é'", "'b'", "NULL"}, "'x'"},
    {"varbinary_to_binary", "VARBINARY(3)", "BINARY(5)", {"'é'", "'b'", "NULL"}, "'x'"},
    {"datetime_digits",
     "DATETIME(6)",
     "DATETIME(2)",
     {"'2026-01-02 03:04:05.125'", "'2026-01-02 23:59:59.999'", "NULL"},
     "'2000-01-01'"},
    {"timestamp_digits",
     "TIMESTAMP(6) NULL",
     "TIMESTAMP NULL",
     {"'2026-10-25 02:30:00.75+02:00'", "NULL"},
     "'2000-01-01'"},
    {"datetime_to_timestamp",
     "DATETIME",
     "TIMESTAMP NULL",
     {"'2026-01-02 03:04:05'", "NULL"},
     "'2000-01-01'"},
    {"timestamp_to_datetime",
     "TIMESTAMP NULL",
     "DATETIME",
     {"'2026-01-02 03:04:05'", "NULL"},
     "'2000-01-01'"},
    {"datetime_to_date", "DATETIME", "DATE", {"'2026-01-02 23:59:59'", "NULL"}, "'2000-01-01'"},
    {"date_to_datetime", "DATE", "DATETIME", {"'2026-01-02'", "NULL"}, "'2000-01-01'"},
    {"time_digits", "TIME(3)", "TIME", {"'10:00:00.500'", "'-10:00:00.499'", "NULL"}, "'0:0:1'"},
    {"date_to_varchar", "DATETIME(3)", "VARCHAR(40)", {"'2026-01-02 03:04:05.1'", "NULL"}, "'x'"},
    {"year_to_int", "YEAR", "INT", {"2026", "NULL"}, "5"},
    {"int_to_year", "INT", "YEAR", {"2026", "NULL"}, "2000"},
    {"int_to_year_of_two_digits", "INT", "YEAR", {"70", "NULL"}, "2000", false},
    {"enum_grows", "ENUM('a','b')", "ENUM('x','b','a')", {"'a'", "'b'", "NULL"}, "'x'"},
    {"enum_to_varchar", "ENUM('a','b')", "VARCHAR(5)", {"'a'", "'b'", "NULL"}, "'x'"},
    {"enum_to_int", "ENUM('a','b')", "INT", {"'a'", "'b'", "NULL"}, "5"},
    {"varchar_to_enum", "VARCHAR(5)", "ENUM('a','b','x')", {"'a'", "'b'", "NULL"}, "'x'"},
    // 'A' is stored as 'a', which no expression says.
    {"varchar_to_enum_folded",
     "VARCHAR(5)",
     "ENUM('a','b','x')",
     {"'A'", "'B'", "NULL"},
     "'x'",
     false},
    {"int_to_enum", "INT", "ENUM('1','7','x')", {"1", "7", "NULL"}, "'x'"},
    {"set_reordered", "SET('a','b')", "SET('x','b','a')", {"'a'", "'b'", "NULL"}, "'x'"},
    {"set_to_varchar", "SET('a','b')", "VARCHAR(9)", {"'a,b'", "'b'", "NULL"}, "'x'"},
    {"bit_wider", "BIT(9)", "BIT(20)", {"257", "1", "NULL"}, "5"},
    {"bit_to_int", "BIT(9)", "INT", {"257", "1", "NULL"}, "5"},
    {"int_to_bit", "INT", "BIT(9)", {"257", "1", "NULL"}, "5"},
    {"text_to_json", "VARCHAR(40)", "JSON", {R"('{"b":1.50, "a":2}')", "'[]'", "NULL"}, "'1'"},
    {"json_to_text", "JSON", "LONGTEXT", {R"('{"b":1.50, "a":2}')", "'[]'", "NULL"}, "'1'"},
    {"int_to_json", "INT", "JSON", {"1", "-5", "NULL"}, "'2'"},
    {"point_to_geometry", "POINT", "GEOMETRY", {"POINT(1,2)", "NULL"}, "POINT(2,1)"},
    // Expressions refuse a spatial value as a number, and INSERT takes it for one.
    {"point_to_int", "POINT", "INT", {"NULL"}, "5"},
    {"point_to_decimal", "POINT", "DECIMAL(9,2)", {"NULL"}, "5"},
    {"point_to_double", "POINT", "DOUBLE", {"NULL"}, "5"},
    {"point_to_year", "POINT", "YEAR", {"NULL"}, "2026"},
    {"point_to_date", "POINT", "DATE", {"NULL"}, "'2026-11-27'"},
    {"point_to_datetime", "POINT", "DATETIME", {"NULL"}, "'2026-11-27'"},
    {"point_to_timestamp", "POINT", "TIMESTAMP NULL", {"NULL"}, "'2026-11-27'"},
    {"point_to_time", "POINT", "TIME", {"NULL"}, "'12:00:00'"},
    {"point_to_varchar", "POINT", "VARCHAR(50)", {"NULL"}, "'x'"},
    {"point_to_enum", "POINT", "ENUM('x')", {"NULL"}, "'x'"},
    {"geometry_to_blob", "POINT", "BLOB", {"POINT(1,2)", "NULL"}, "'x'"},
};
INSTANTIATE_TEST_SUITE_P(long_converted, columns_of,
                         testing::Combine(testing::Values(""), testing::ValuesIn(converted)),
                         name_of);

class documents_changed_in_place : public testing::TestWithParam<std::string>,
                                   protected two_tables {
  protected:
    documents_changed_in_place() : two_tables(GetParam()) {}
};

// They have room in them that is free, and so does what is copied of them.
TEST_P(documents_changed_in_place, are_what_copying_makes_of_them) {
    if (no_server) GTEST_SKIP() << *no_server;
    application.execute("CREATE TABLE t (id INT PRIMARY KEY, j JSON)");
    application.execute("CREATE TABLE g LIKE t");
    application.execute(
        "INSERT INTO t VALUES (1, JSON_OBJECT('a', REPEAT('x', 9000), 'b', 1.5)), "
        "(2, JSON_OBJECT('a', REPEAT('x', 900), 'b', DATE'2020-01-01'))");
    application.execute("UPDATE t SET j=JSON_SET(j, '$.a', 'y', '$.b', 2.5) WHERE id=1");
    application.execute("UPDATE t SET j=JSON_REMOVE(j, '$.a')");
    session.execute("USE " + schema.name());
    const compared_tables of(session, source, target);
    session.execute(of.texts().copy({}));
    const verified found = verify_all(of);
    EXPECT_THAT(texts_of(found, of.how()), IsEmpty());
    EXPECT_EQ(found.ranges_looked_into, 0U);
    // Written anew it takes less room, and is the same.
    application.execute("UPDATE g SET j=CAST(CAST(j AS CHAR) AS JSON) WHERE id=1");
    application.execute("UPDATE g SET j=JSON_SET(j, '$.b', 2.5) WHERE id=1");
    EXPECT_THAT(texts_of(verify_all(of), of.how()), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(long_on, documents_changed_in_place, testing::Values("", "8.0"),
                         [](const auto& given) { return given.param.empty() ? "any" : "8_0"; });

}  // namespace
}  // namespace segue::verify
