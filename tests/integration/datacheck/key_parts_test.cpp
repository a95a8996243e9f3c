// The parts of a table by its key have each row once.
#include "src/datacheck/key_parts.hpp"

#include "tests/integration/datacheck/looked_at.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::datacheck {
namespace {

struct key_form {
    const char* name;
    std::string columns;  ///< With the key.
    std::string values;
    bool is_divided = true;
    std::string options = {};
};

class parts_of_a_key : public testing::TestWithParam<key_form> {};

TEST_P(parts_of_a_key, have_each_row_once_and_some_rows_each) {
    constexpr unsigned rows = 4'000;
    looked_at tables(test::shared_server());
    tables.make("(" + GetParam().columns + ", v INT)" + GetParam().options,
                "MODIFY v INT NOT NULL");
    tables.fill(rows, GetParam().values + ", IF(n=3777, NULL, n)");
    tables.read();
    const auto parts = parts_of(tables.session, *tables.texts, tables.by, 8);
    std::uint64_t all = 0;
    for (const auto& part : parts) {
        const auto in_part =
            std::stoull(tables.session.query_value(tables.texts->count(part)).value());
        EXPECT_GT(in_part, 0U);
        all += in_part;
    }
    EXPECT_EQ(all, rows);
    EXPECT_EQ(parts.size() > 3, GetParam().is_divided) << parts.size();
    const auto seen = tables.look();
    EXPECT_NE(tables.refused(seen), "") << seen.ended_by;
    tables.application.execute("UPDATE t SET v=0 WHERE v IS NULL");
    EXPECT_EQ(tables.refused(tables.look()), "");
}

const key_form forms[] = {
    {"integer", "id INT PRIMARY KEY", "n*3-5000"},
    {"whole_range", "id BIGINT PRIMARY KEY",
     "IF(n=1, -9223372036854775808, IF(n=2, 9223372036854775807, (n-2000)*4000000000000000))"},
    {"unsigned", "id BIGINT UNSIGNED PRIMARY KEY", "18446744073709551615-n"},
    {"falling", "id INT, PRIMARY KEY (id DESC)", "n"},
    {"two_columns", "a INT, b VARCHAR(9), PRIMARY KEY (a, b)", "n DIV 100, n"},
    {"one_first_value", "a INT, b INT, PRIMARY KEY (a, b)", "5, n", false},
    {"decimal", "id DECIMAL(12,3) PRIMARY KEY", "n*1.5-900"},
    {"date", "d DATE, b INT, PRIMARY KEY (d, b)", "DATE'2000-01-01'+INTERVAL n DAY, n"},
    {"moment", "d DATETIME(3), b INT, PRIMARY KEY (d, b)",
     "TIMESTAMP'2000-01-01 10:00:00.5'+INTERVAL n HOUR, n"},
    {"bytes", "id BINARY(16) PRIMARY KEY", "UNHEX(LEFT(SHA2(n, 256), 32))"},
    {"text", "id CHAR(36) PRIMARY KEY", "INSERT(LEFT(SHA2(n, 256), 36), 9, 1, '-')"},
    {"text_of_bytes", "id VARCHAR(40) COLLATE utf8mb4_0900_bin PRIMARY KEY",
     "LEFT(SHA2(n, 256), 40)"},
    {"enumeration", "e ENUM('a','b','c'), b INT, PRIMARY KEY (e, b)", "ELT(n%3+1,'a','b','c'), n",
     false},
    {"partitioned", "id INT PRIMARY KEY", "n", true, "PARTITION BY HASH (id) PARTITIONS 7"},
};
INSTANTIATE_TEST_SUITE_P(of, parts_of_a_key, testing::ValuesIn(forms),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace segue::datacheck
