// A part of scripts/matrix for every run: what has been seen to differ, and a pair of each kind.
#include "tests/matrix/matrix.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::matrix {
namespace {

using testing::IsEmpty;

const test::sandbox_server& server(const std::string& version) {
    return test::shared_server(
        {"--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--default-time-zone=+05:30"},
        version);
}

/// One value, and what ALTER TABLE makes of it (printed_exactly); empty: it refuses it.
struct known_conversion {
    std::string from;
    std::string literal;
    std::string to;
    std::string becomes;
};

const std::vector<known_conversion> known = {
    {"tinyint(1)", "1", "enum('0','1')", "2:31"},
    {"tinyint unsigned", "1", "enum('3','2','1')", "3:31"},
    {"tinyint unsigned", "3", "enum('3','2','1')", "1:33"},
    {"int", "7", "enum('0','1','7','8')", "3:37"},
    {"int", "0", "enum('0','1','7','8')", "1:30"},
    {"int", "1", "set('2','1','4')", "2:31"},
    {"bigint", "1", "enum('2','1')", "2:31"},
    {"float", "1.5", "enum('2','1.5')", "2:312E35"},
    {"double", "2", "set('1','2')", "2:32"},
    {"double", "1.5", "enum('2','1')", ""},
    {"year", "2026", "enum('2025','2026')", "2:32303236"},
    {"float", "0.1", "varchar(20)", "302E31"},
    {"float", "19.99", "char(20)", "31392E3939"},
    {"float", "0.1", "varbinary(20)", "302E31"},
    {"float", "19.99", "text", "31392E3939"},
    {"float(8,2)", "5.00", "varchar(20)", "352E3030"},
    {"double(10,3)", "0.1", "varchar(20)", "302E313030"},
    {"int(6) zerofill", "12", "char(6)", "303030303132"},
    {"int(6) zerofill", "12", "varchar(6)", "303030303132"},
    {"int(6) zerofill", "12", "binary(6)", "303030303132"},
    {"decimal(6,1) zerofill", "12", "varchar(20)", "30303031322E30"},
    {"float zerofill", "1", "varchar(20)", "303030303030303030303031"},
    {"int(6) zerofill", "1", "varchar(3)", ""},
    {"year", "0", "char(4)", "30303030"},
    {"char(1)", "'0'", "bit(8)", "00"},
    {"char(1)", "'1'", "bit(8)", "01"},
    {"varchar(1)", "'1'", "bit(1)", "01"},
    {"varchar(30)", "'18446744073709551615'", "bit(64)", ""},
    {"json", "'12'", "bit(16)", "000C"},
    {"float", "1.5", "bit(8)", "02"},
    {"float", "1.5", "year", "32303032"},
    {"float", "101112.5", "time", "31303A31313A3132"},
    {"int", "1", "json", "INTEGER:1"},
    {"bigint", "9007199254740993", "json", "UNSIGNED INTEGER:9007199254740993"},
    {"decimal(4,1)", "1.5", "json", "DOUBLE:1.5"},
    {"float", "1.5", "json", "DOUBLE:1.5"},
    {"double", "2", "json", "INTEGER:2"},
    {"year", "2026", "json", "INTEGER:2026"},
    {"json", "'2.5'", "int", "33"},
    {"json", "'true'", "int", ""},
    {"int", "0", "date", ""},
    {"decimal(4,1)", "0.1", "date", ""},
    {"mediumint", "70000", "date", ""},
    {"date", "'2026-11-26'", "year", ""},
    {"date", "'2026-11-26'", "bit(64)", "0000000001352906"},
    {"float", "0.015", "float(8,2)", "0.009999999776482582"},
    {"float unsigned", "17000000000000000000", "bigint unsigned",
     "39323233333732303336383534373735383038"},
    {"decimal(4,1)", "-0.1", "int unsigned", "30"},
    {"text", "'12abc'", "decimal(10,0)", "3132"},
};

class conversions : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (GetParam().empty()) return;
        if (const auto why = test::why_not_to_be_had(GetParam())) GTEST_SKIP() << *why;
    }
};

std::string told(const answer& given) {
    return given.refused != 0 ? "" : given.printed;
}

TEST_P(conversions, that_have_been_seen_to_differ_are_those_of_alter_table) {
    const test::fresh_schema schema(server(GetParam()));
    auto session = server(GetParam()).connect();
    const auto rules = schema::read_value_rules(session).conversions;
    conversion_trial trial(server(GetParam()), schema.name(), rules.today);
    std::vector<pair_result> accepted;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const auto& one = known[i];
        SCOPED_TRACE(one.from + " " + one.literal + " to " + one.to);
        const auto from = make_table(session, {schema.name(), "f" + std::to_string(i)},
                                     {one.from, {one.literal}});
        const auto to = make_table(session, {schema.name(), "t" + std::to_string(i)}, {one.to, {}});
        ASSERT_TRUE(from && to);
        const auto how = schema::conversion_of(from->column, to->column);
        ASSERT_TRUE(how);
        const auto ours = trial.by_insert(
            *from, *to, schema::converted(from->column, to->column, *how, "c", rules));
        EXPECT_EQ(told(ours.at(1)), one.becomes);
        const auto native = trial.by_alter(*from, *to, std::string(strict_mode));
        ASSERT_TRUE(native);
        EXPECT_EQ(told(native->at(1)), one.becomes) << "ALTER TABLE";
        if (one.becomes.empty()) continue;
        pair_result& pair = accepted.emplace_back();
        pair.from = one.from;
        pair.to = one.to;
        pair.to_data_type = to->column.data_type;
        pair.accepted = {one.literal, "NULL"};
    }
    for (const bool one : {false, true})
        EXPECT_THAT(run_segue(server(GetParam()), accepted,
                              {.with_unique_index = one, .killed_in_copy = one}),
                    IsEmpty());
}

// One type of each kind; the others are scripts/matrix'.
TEST_P(conversions, of_every_kind_are_those_of_alter_table) {
    const std::vector<std::string> wanted = {
        "int",     "decimal(10,2)", "double", "bit(16)",       "year", "date", "datetime(3)",
        "time(3)", "varchar(20)",   "text",   "varbinary(20)", "json", "point"};
    std::vector<source_type> from;
    for (auto& type : source_types())
        if (std::find(wanted.begin(), wanted.end(), type.definition) != wanted.end())
            from.push_back(std::move(type));
    ASSERT_EQ(from.size(), wanted.size());
    const std::vector<std::string> to = {"int unsigned",
                                         "decimal(8,2) unsigned zerofill",
                                         "float(8,2)",
                                         "bit(8)",
                                         "year",
                                         "date",
                                         "timestamp(3) null",
                                         "time",
                                         "varchar(20) character set latin1",
                                         "tinytext",
                                         "binary(4)",
                                         "blob",
                                         "enum('0','1','7','2026','1.5')",
                                         "set('2','1','4','0')",
                                         "json",
                                         "geometry"};
    std::size_t values = 0;
    for (const auto& pair : try_all_pairs(server(GetParam()), from, to, {})) {
        EXPECT_THAT(pair.different, IsEmpty()) << pair.from << " to " << pair.to;
        values += pair.equal + pair.refused_alike;
    }
    EXPECT_GT(values, 1000U);
}

const auto name_of = [](const auto& of) {
    return of.param.empty() ? std::string("on_the_newest") : "on_8_0";
};
INSTANTIATE_TEST_SUITE_P(_, conversions, testing::Values("", "8.0"), name_of);

}  // namespace
}  // namespace segue::matrix
