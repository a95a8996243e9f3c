#include "tests/matrix/column_types.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace segue::matrix {
namespace {

using literals = std::vector<std::string>;

// Limits of every integer type and one beyond, what reads as a date, a year or a time, and what an
// ENUM or SET of the targets has as a member or as a number.
const literals integers = {"0",
                           "1",
                           "-1",
                           "2",
                           "3",
                           "7",
                           "12",
                           "48",
                           "69",
                           "70",
                           "99",
                           "100",
                           "101",
                           "127",
                           "128",
                           "-128",
                           "-129",
                           "255",
                           "256",
                           "1901",
                           "2026",
                           "2155",
                           "2156",
                           "32767",
                           "-32768",
                           "65535",
                           "65536",
                           "70000",
                           "101112",
                           "235959",
                           "240000",
                           "8385959",
                           "8388607",
                           "-8388608",
                           "16777215",
                           "16777216",
                           "20260230",
                           "20261126",
                           "99991231",
                           "123456789",
                           "2147483647",
                           "-2147483648",
                           "4294967295",
                           "4294967296",
                           "20261126235958",
                           "9007199254740993",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "9223372036854775808",
                           "18446744073709551615"};

const literals fractions = {"0",
                            "1",
                            "-1",
                            "7",
                            "12",
                            "0.1",
                            "-0.1",
                            "0.5",
                            "-0.5",
                            "1.5",
                            "2.5",
                            "-2.5",
                            "0.4",
                            "0.6",
                            "0.005",
                            "0.015",
                            "1.005",
                            "19.99",
                            "5.00",
                            "99.5",
                            "126.5",
                            "127.4",
                            "127.5",
                            "128",
                            "255.5",
                            "1999.5",
                            "2026",
                            "2155.5",
                            "32767.5",
                            "65535.5",
                            "70000",
                            "101112.5",
                            "123456.789",
                            "8388607.5",
                            "16777217",
                            "20261126",
                            "20261126.9",
                            "2147483647.5",
                            "4294967295.5",
                            "20261126235958",
                            "20261126235959.9",
                            "9007199254740993",
                            "9223372036854774784",
                            "9223372036854775807.4",
                            "9223372036854775807.5",
                            "-9223372036854775808.5",
                            "17000000000000000000",
                            "18446744073709551615",
                            "18446744073709551616",
                            "12345678901234567890123456789012345",
                            "0.000000000000000000000000000001"};

const literals exponents = {"1e15",   "1e16",    "1.5e15",  "123456789012345680",
                            "1e-5",   "1.5e-10", "1e30",    "-1e30",
                            "3.4e38", "1e308",   "-1e-300", "1.7976931348623157e308",
                            "1.7e19", "0.1e0",   "2e0",     "1e0/3e0",
                            "-0e0",   "1e14",    "1e20",    "123456.7e0",
                            "-1.5e0"};

const literals dates = {"'0000-00-00'", "'2026-00-00'", "'2026-11-00'",
                        "'1000-01-01'", "'1970-01-01'", "'2026-11-26'",
                        "'2155-01-01'", "'9999-12-31'", "'2038-01-20'"};

const literals moments = {
    "'0000-00-00 00:00:00'",      "'2026-00-00 00:00:00'",        "'1970-01-02 00:00:01'",
    "'2026-11-26 00:00:00'",      "'2026-11-26 23:59:59'",        "'2026-11-26 12:34:56.4'",
    "'2026-11-26 12:34:56.5'",    "'2026-11-26 23:59:59.5'",      "'2026-11-26 12:34:56.000001'",
    "'2026-11-26 12:34:56.9999'", "'2026-11-26 12:34:56.123456'", "'2026-12-31 23:59:59.999999'",
    "'1969-12-31 00:00:00'",      "'2038-01-19 03:14:07.499999'", "'9999-12-31 23:59:59'"};

const literals times = {"'00:00:00'",        "'12:34:56'",        "'23:59:59.5'", "'00:00:00.5'",
                        "'12:34:56.4999'",   "'12:34:56.123456'", "'-00:00:01'",  "'-00:00:00.5'",
                        "'24:00:00'",        "'100:00:00'",       "'838:59:59'",  "'-838:59:59'",
                        "'00:00:00.000001'", "'837:59:59.9999'",  "'00:20:26'"};

const literals texts = {"''",
                        "' '",
                        "'0'",
                        "'1'",
                        "'7'",
                        "'-1'",
                        "'12 '",
                        "' 12'",
                        "'+5'",
                        "'007'",
                        "'1.5'",
                        "'2.5'",
                        "'-0.5'",
                        "'0.1'",
                        "'1e2'",
                        "'1e400'",
                        "'.5'",
                        "'12abc'",
                        "'abc'",
                        "'a'",
                        "'A'",
                        "'a '",
                        "'a,b'",
                        "'b,a'",
                        "'true'",
                        "'null'",
                        "'NULL'",
                        "'\"x\"'",
                        "'{\"a\": 1}'",
                        "'[1,2]'",
                        "'127'",
                        "'128'",
                        "'255'",
                        "'256'",
                        "'65536'",
                        "'4294967296'",
                        "'9007199254740993'",
                        "'9223372036854775807'",
                        "'9223372036854775808'",
                        "'-9223372036854775808'",
                        "'18446744073709551615'",
                        "'18446744073709551616'",
                        "'70'",
                        "'69'",
                        "'2026'",
                        "'1901'",
                        "'0000'",
                        "'000012'",
                        "'2026-11-26'",
                        "'2026-11-26 12:34:56'",
                        "'2026-11-26 12:34:56.5'",
                        "'2026-11-26 23:59:59.9999999'",
                        "'2026-02-30'",
                        "'2026-00-00'",
                        "'0000-00-00'",
                        "'0000-00-00 00:00:00'",
                        "'20261126'",
                        "'20261126123456'",
                        "'26-1-2'",
                        "'2026-11-26T12:34:56Z'",
                        "'2026-11-26 12:34:56+01:00'",
                        "'12:34:56'",
                        "'12:34:56.5'",
                        "'-12:34'",
                        "'838:59:59'",
                        "'839:00:00'",
                        "'10:11:12 '",
                        "'101112'",
                        "'abcdefghij'",
                        "'abc   '",
                        "REPEAT('x',20)",
                        "CONCAT('a',CHAR(0))",
                        "CONCAT(CHAR(0),CHAR(0))",
                        "_utf8mb4 X'C3A9'",
                        "_utf8mb4 X'E282AC'",
                        "_utf8mb4 X'F09F9880'",
                        "_utf8mb4 X'D0B6'",
                        "_utf8mb4 X'C39F'",
                        "'\\\\'",
                        "'[1,2,3]'"};

const literals longer = {"REPEAT('x',21)",
                         "REPEAT('y',255)",
                         "REPEAT('z',256)",
                         "REPEAT('1',300)",
                         "CONCAT(REPEAT('a',3),REPEAT(' ',30))",
                         "REPEAT(_utf8mb4 X'C3A9',200)",
                         "REPEAT('w',70000)"};

const literals bytes = {"X'00'",
                        "X'0000'",
                        "X'3132'",
                        "X'31'",
                        "X'3000'",
                        "X'FF'",
                        "X'80'",
                        "X'C3A9'",
                        "X'E9'",
                        "X'C3'",
                        "X'61'",
                        "X'6120'",
                        "X'612000'",
                        "X'0102030405060708'",
                        "X'010203040506070809'",
                        "X'FFFFFFFFFFFFFFFF'",
                        "X'0000803F0000004000004040'",
                        "ST_AsWKB(POINT(1,2))",
                        "CAST(POINT(1,2) AS BINARY)",
                        "X'7B7D'",
                        "X'6E756C6C'"};

const literals documents = {"'null'",
                            "'true'",
                            "'false'",
                            "'0'",
                            "'1'",
                            "'-1'",
                            "'12'",
                            "'2.5'",
                            "'-2.5'",
                            "'1.0'",
                            "'2e0'",
                            "'1e20'",
                            "'0.1'",
                            "'255'",
                            "'256'",
                            "'2026'",
                            "'70'",
                            "'1.5'",
                            "'\"\"'",
                            "'\"a\"'",
                            "'\"12\"'",
                            "'\"1.5\"'",
                            "'\"true\"'",
                            "'{}'",
                            "'[]'",
                            "'[1]'",
                            "'{\"b\": 1, \"a\": [1, 2.50, null]}'",
                            "'9007199254740993'",
                            "'9223372036854775807'",
                            "'-9223372036854775808'",
                            "'18446744073709551615'",
                            "'18446744073709551616'",
                            "'\"2026-11-26\"'",
                            "'\"12:34:56\"'",
                            "'20261126'",
                            "'101112'",
                            "'\"2026-11-26 12:34:56.5\"'",
                            "CAST(CAST('2026-11-26 12:34:56.5' AS DATETIME(6)) AS JSON)",
                            "CAST(CAST('2026-11-26' AS DATE) AS JSON)",
                            "CAST(CAST('12:34:56.5' AS TIME(6)) AS JSON)",
                            "CAST(CAST(1.50 AS DECIMAL(10,2)) AS JSON)",
                            "CAST(X'00FF61' AS JSON)",
                            "CAST(CAST(1 AS UNSIGNED) AS JSON)",
                            "'\"\\\\u00e9\"'"};

const literals shapes = {"POINT(1,2)",
                         "POINT(0,0)",
                         "ST_GeomFromText('POINT(1 2)',4326)",
                         "ST_GeomFromText('LINESTRING(0 0,1 1)')",
                         "ST_GeomFromText('POLYGON((0 0,0 1,1 1,0 0))')",
                         "ST_GeomFromText('MULTIPOINT(0 0,1 1)')",
                         "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2))')"};

const literals vectors = {"STRING_TO_VECTOR('[1,2,3]')", "STRING_TO_VECTOR('[0,0,0]')",
                          "STRING_TO_VECTOR('[1.5]')", "STRING_TO_VECTOR('[1,2]')"};

const literals bits = {"0",
                       "1",
                       "2",
                       "7",
                       "48",
                       "49",
                       "127",
                       "128",
                       "255",
                       "256",
                       "2026",
                       "12345",
                       "65535",
                       "101112",
                       "20261126",
                       "4294967296",
                       "9007199254740993",
                       "9223372036854775807",
                       "9223372036854775808",
                       "18446744073709551615"};

const literals years = {"0", "1901", "1970", "2000", "2026", "2155"};

// By number, so that each member is tried.
const literals numbers_of_members = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "16", "255"};

literals operator+(literals all, const literals& more) {
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

literals quoted_numbers(const literals& numbers) {
    literals all;
    for (const auto& number : numbers) all.push_back("'" + number + "'");
    return all;
}

// Types that differ from another one in their width alone.
bool like_another(std::string_view definition) {
    constexpr std::array<std::string_view, 43> wide = {
        "tinyint(1)",
        "tinyint(3) unsigned zerofill",
        "smallint",
        "smallint unsigned",
        "mediumint",
        "bigint(20) unsigned zerofill",
        "decimal(10,0)",
        "decimal(20,1)",
        "float unsigned",
        "float unsigned zerofill",
        "double unsigned",
        "double(22,0)",
        "bit(1)",
        "bit(16)",
        "bit(33)",
        "datetime(6)",
        "datetime",
        "timestamp null",
        "timestamp(6) null",
        "time(6)",
        "char(1)",
        "char(20) character set latin1",
        "char(20) character set utf8mb4 collate utf8mb4_bin",
        "varchar(20) character set utf8mb3",
        "varchar(20) character set cp1251",
        "varchar(20) character set ascii",
        "varchar(20) character set utf8mb4 collate utf8mb4_0900_bin",
        "tinytext",
        "mediumtext",
        "longtext",
        "longtext character set utf16",
        "binary(4)",
        "tinyblob",
        "mediumblob",
        "longblob",
        "enum('x','a','b') character set latin1",
        "set('x','a','b') character set latin1",
        "linestring",
        "polygon",
        "multipoint",
        "geometrycollection",
        "vector(100)",
        "mediumint unsigned"};
    return std::find(wide.begin(), wide.end(), definition) != wide.end();
}

}  // namespace

std::vector<source_type> source_types() {
    std::vector<source_type> all;
    for (const char* const type :
         {"tinyint", "tinyint(1)", "tinyint unsigned", "tinyint(3) unsigned zerofill", "smallint",
          "smallint unsigned", "mediumint", "mediumint unsigned", "int", "int unsigned",
          "int(6) unsigned zerofill", "bigint", "bigint unsigned", "bigint(20) unsigned zerofill"})
        all.push_back({type, integers});
    for (const char* const type :
         {"decimal(10,0)", "decimal(10,2)", "decimal(8,2) unsigned zerofill",
          "decimal(20,0) unsigned", "decimal(20,1)", "decimal(65,30)"})
        all.push_back({type, fractions});
    for (const char* const type :
         {"float", "float unsigned", "float unsigned zerofill", "float(8,2)",
          "float(8,2) unsigned zerofill", "double", "double unsigned", "double unsigned zerofill",
          "double(10,3)", "double(22,0)"})
        all.push_back({type, fractions + exponents});
    for (const char* const type : {"bit(1)", "bit(8)", "bit(16)", "bit(33)", "bit(64)"})
        all.push_back({type, bits});
    all.push_back({"year", years});
    all.push_back({"date", dates});
    for (const char* const type : {"datetime", "datetime(3)", "datetime(6)", "timestamp null",
                                   "timestamp(3) null", "timestamp(6) null"})
        all.push_back({type, moments});
    for (const char* const type : {"time", "time(3)", "time(6)"}) all.push_back({type, times});
    for (const char* const type :
         {"char(1)", "char(20)", "char(20) character set latin1",
          "char(20) character set utf8mb4 collate utf8mb4_bin", "varchar(20)",
          "varchar(20) character set latin1", "varchar(20) character set utf8mb3",
          "varchar(20) character set utf16", "varchar(20) character set gbk",
          "varchar(20) character set cp1251", "varchar(20) character set ascii",
          "varchar(20) character set utf8mb4 collate utf8mb4_0900_bin"})
        all.push_back({type, texts});
    for (const char* const type : {"varchar(300)", "tinytext", "text", "text character set latin1",
                                   "mediumtext", "longtext", "longtext character set utf16"})
        all.push_back({type, texts + longer});
    for (const char* const type : {"binary(4)", "binary(20)", "varbinary(20)"})
        all.push_back({type, texts + bytes});
    for (const char* const type : {"tinyblob", "blob", "mediumblob", "longblob"})
        all.push_back({type, texts + longer + bytes});
    for (const char* const type : {"enum('a','b','1','0','2026','true','1.5','2026-11-26','')",
                                   "enum('x','a','b') character set latin1",
                                   "set('a','b','1','0','2026','12:34:56','7','null')",
                                   "set('x','a','b') character set latin1"})
        all.push_back({type, numbers_of_members});
    all.push_back({"json", documents + quoted_numbers({"70000", "32768", "8388608", "-129"})});
    for (const char* const type : {"geometry", "point", "linestring", "polygon", "multipoint",
                                   "geometrycollection", "point srid 4326"})
        all.push_back({type, shapes});
    all.push_back({"vector(3)", vectors});
    all.push_back({"vector(100)", vectors});
    for (auto& type : all) type.whole_run = !like_another(type.definition);
    return all;
}

std::vector<std::string> target_types() {
    return {"tinyint",
            "tinyint unsigned",
            "smallint",
            "smallint unsigned",
            "mediumint",
            "mediumint unsigned",
            "int",
            "int unsigned",
            "int(6) unsigned zerofill",
            "bigint",
            "bigint unsigned",
            "bigint unsigned zerofill",
            "decimal(10,0)",
            "decimal(10,2)",
            "decimal(8,2) unsigned zerofill",
            "decimal(20,0) unsigned",
            "decimal(65,30)",
            "float",
            "float unsigned",
            "float unsigned zerofill",
            "float(8,2)",
            "double",
            "double unsigned",
            "double unsigned zerofill",
            "double(10,3)",
            "bit(1)",
            "bit(8)",
            "bit(16)",
            "bit(64)",
            "year",
            "date",
            "datetime",
            "datetime(3)",
            "datetime(6)",
            "timestamp null",
            "timestamp(3) null",
            "timestamp(6) null",
            "time",
            "time(3)",
            "time(6)",
            "char(1)",
            "char(6)",
            "char(20)",
            "char(20) character set latin1",
            "char(20) character set utf8mb4 collate utf8mb4_bin",
            "varchar(3)",
            "varchar(20)",
            "varchar(20) character set latin1",
            "varchar(20) character set utf8mb3",
            "varchar(20) character set utf16",
            "varchar(20) character set gbk",
            "varchar(20) character set cp1251",
            "varchar(20) character set ascii",
            "varchar(20) character set utf8mb4 collate utf8mb4_0900_bin",
            "varchar(300)",
            "tinytext",
            "text",
            "text character set latin1",
            "mediumtext",
            "longtext",
            "longtext character set utf16",
            "binary(4)",
            "binary(20)",
            "varbinary(3)",
            "varbinary(20)",
            "tinyblob",
            "blob",
            "mediumblob",
            "longblob",
            "enum('0','1','7','8','3','2','a','2026','1.5','true','000012')",
            "enum('b','a','x','') character set latin1",
            "set('2','1','4','0','a','b','2026','1.5')",
            "set('b','a','x') character set latin1",
            "json",
            "geometry",
            "point",
            "linestring",
            "multipoint",
            "geometrycollection",
            "point srid 4326",
            "vector(3)",
            "vector(100)"};
}

}  // namespace segue::matrix
