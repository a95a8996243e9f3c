// docs/hazards.md, 38: what the choice of the key takes for granted of character sets and
// collations, for all that the server has.
#include "src/schema/key_change.hpp"
#include "tests/support/sandbox_server.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

column text(const std::string& type, const std::string& collation) {
    column made;
    made.name = "k";
    made.data_type = type;
    made.column_type = type + "(9)";
    made.collation = collation;
    return made;
}

bool serves(const column& from, const column& to) {
    std::string reason;
    auto key = read_key_column(from, reason);
    return key && !carry_into_target(*key, from, to);
}

class character_sets : public testing::TestWithParam<std::string> {
  protected:
    character_sets() {
        session.execute("SET SESSION cte_max_recursion_depth=1000000");
        session.execute("USE " + schema.name());
        session.execute("CREATE TABLE byte (b BINARY(1))");
        session.execute(
            "INSERT INTO byte WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
            "WHERE "
            "i < 255) SELECT UNHEX(LPAD(HEX(i), 2, '0')) FROM n");
        session.execute("CREATE TABLE code (c VARBINARY(2), bytes INT)");
        session.execute(
            "INSERT INTO code SELECT b, 1 FROM byte UNION ALL SELECT CONCAT(x.b, y.b), 2 FROM byte "
            "x, byte y");
        session.execute("CREATE TABLE unicode (c VARCHAR(1) CHARACTER SET utf8mb4)");
        session.execute(
            "INSERT INTO unicode SELECT CONVERT(CONVERT(c USING utf16) USING utf8mb4) FROM code "
            "WHERE bytes = 2 AND NOT ORD(c) DIV 256 BETWEEN 0xD8 AND 0xDF");
    }
    const test::sandbox_server& server =
        GetParam().empty() ? test::shared_server() : test::shared_server({}, GetParam());
    const test::fresh_schema schema{server};
    db::session session = server.connect();
};

// A code without a character becomes '?', which the server refuses when a row is written.
TEST_P(character_sets, of_keys_that_are_converted_lose_nothing_that_the_server_would_take) {
    int tried = 0;
    for (const db::row& one :
         session.query("SELECT CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME FROM "
                       "information_schema.CHARACTER_SETS WHERE CHARACTER_SET_NAME <> 'binary'")) {
        const std::string& name = *one[0];
        if (!serves(text("varchar", *one[1]), text("varchar", "utf8mb4_bin"))) continue;
        ++tried;
        const bool wide = name.starts_with("utf16") || name == "utf32" || name == "ucs2";
        EXPECT_EQ(session.query_value(fmt::format(
                      "SELECT COUNT(*) FROM (SELECT c, CONVERT(c USING {0}) AS x FROM code WHERE "
                      "bytes >= {1}) AS codes WHERE CHAR_LENGTH(x) = 1 AND CONVERT(x USING "
                      "utf8mb4) <> '?' COLLATE utf8mb4_bin AND CAST(CONVERT(CONVERT(x USING "
                      "utf8mb4) USING {0}) AS BINARY) <> CAST(x AS BINARY)",
                      name, wide ? 2 : 1)),
                  "0")
            << name << ": a code does not come back";
        EXPECT_EQ(session.query_value(fmt::format(
                      "SELECT COUNT(*) FROM unicode WHERE CONVERT(c USING {0}) <> CONVERT('?' "
                      "USING {0}) AND CAST(CONVERT(CONVERT(c USING {0}) USING utf8mb4) AS BINARY) "
                      "<> CAST(c AS BINARY)",
                      name)),
                  "0")
            << name << ": a character does not come back";
    }
    EXPECT_GE(tried, 30);
}

TEST_P(character_sets, pad_blanks_as_the_choice_of_the_key_has_it) {
    for (const db::row& one : session.query(
             "SELECT COLLATION_NAME, PAD_ATTRIBUTE FROM information_schema.COLLATIONS WHERE "
             "COLLATION_NAME <> 'binary'"))
        EXPECT_EQ(serves(text("varchar", *one[0]), text("char", *one[0])), one[1] == "PAD SPACE")
            << *one[0];
}

INSTANTIATE_TEST_SUITE_P(long_on, character_sets,
                         testing::Values(std::string(), std::string("8.0")),
                         [](const auto& each) { return each.param.empty() ? "newest" : "older"; });

}  // namespace
}  // namespace segue::schema
