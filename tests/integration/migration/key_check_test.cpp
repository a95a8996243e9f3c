// docs/hazards.md, 8: at the start the least and the greatest key must be found by their literals.
// Tables whose key columns are described otherwise than they are.
#include "src/preflight/key_check.hpp"

#include "src/base/error.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "tests/support/sandbox_server.hpp"

#include <functional>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using testing::HasSubstr;

struct described_key {
    const char* name;
    std::string type;                                ///< Of the column,
    std::string rows;                                ///< VALUES
    std::function<void(schema::key_column&)> wrong;  ///< and what it is taken for.
    std::string told;                                ///< The key that does not name its row.
    friend std::ostream& operator<<(std::ostream& to, const described_key& one) {
        return to << one.name;
    }
};

class a_key_that_is_described : public testing::TestWithParam<described_key> {
  protected:
    a_key_that_is_described() {
        session.execute(
            fmt::format("CREATE TABLE {} (id {} PRIMARY KEY)", table.quoted(), GetParam().type));
        session.execute(fmt::format("INSERT INTO {} VALUES {}", table.quoted(), GetParam().rows));
    }
    rows::statements described(const std::function<void(schema::key_column&)>& as) const {
        schema::projection made;
        made.source = table;
        made.target = table;
        schema::key_column column{.source = "id", .target = "id"};
        as(column);
        made.key = {.source_index = "PRIMARY", .target_index = "PRIMARY", .columns = {column}};
        return {made, /*locking_reads=*/false};
    }

    const test::sandbox_server& server = test::shared_server();
    const test::fresh_schema schema{server};
    const table_name table{schema.name(), "t"};
    db::session session = server.connect();
};

TEST_P(a_key_that_is_described, as_another_type_is_refused_by_its_name) {
    try {
        preflight::check_key_forms(session, described(GetParam().wrong));
        FAIL() << "not refused";
    } catch (const error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr("the key id=" + GetParam().told +
                                              " was read from the table, and written as a literal "
                                              "it does not name its row"));
    }
    // It has left no transaction open.
    session.execute(fmt::format("DELETE FROM {}", table.quoted()));
    EXPECT_EQ(session.query_value("SELECT COUNT(*) FROM " + table.quoted()), "0");
}

void as_decimal(schema::key_column& column) {
    column.type = schema::key_type::decimal;
    column.length = 3;
    column.scale = 1;
}
void as_number(schema::key_column& column) {
    column.type = schema::key_type::signed_integer;
}
void as_text_without_blanks(schema::key_column& column) {
    column.type = schema::key_type::text;
    column.length = 20;
    column.collation = "utf8mb4_0900_ai_ci";
    column.blanks_cut = true;
}
void as_text_in_order_of_bytes(schema::key_column& column) {
    column.type = schema::key_type::text;
    column.length = 20;
    column.collation = "utf8mb4_0900_bin";
}

const std::string any_case = "VARCHAR(20) COLLATE utf8mb4_0900_ai_ci";
const described_key keys[] = {
    // The least one; by a range it would be found: as a FLOAT 0.7 is a little less.
    {"decimal_and_is_float", "FLOAT", "(0.7), (8.5)", as_decimal, "0.7"},
    {"decimal_and_has_a_greatest_float", "FLOAT", "(0.5), (1.7)", as_decimal, "1.7"},
    {"char_and_is_varchar", any_case, "('a '), ('b')", as_text_without_blanks, "'a'"},
    // Two rows are 1 to the server, which compares numbers.
    {"integer_and_is_varchar", any_case, "('01'), ('1')", as_number, "1"},
    // 'B' is less than 'a' where bytes are compared, and 'b' is more than 'C'.
    {"binary_order_and_has_more_rows_up_to_the_least", any_case, "('a'), ('B'), ('c')",
     as_text_in_order_of_bytes, "'a'"},
    {"binary_order_and_has_rows_above_the_greatest", any_case, "('A'), ('b'), ('C')",
     as_text_in_order_of_bytes, "'C'"},
};
INSTANTIATE_TEST_SUITE_P(as, a_key_that_is_described, testing::ValuesIn(keys),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace segue::migration
