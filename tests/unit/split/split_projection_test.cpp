#include "src/split/split_projection.hpp"

#include "src/base/error.hpp"
#include "tests/unit/schema/tables.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::split {
namespace {

using schema::column;
using schema::nullable;
using schema::primary;
using schema::table_of;
using schema::typed;
using schema::unique;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const schema::table_definition users = table_of(
    "users", {typed("id", "int"), nullable(typed("street", "int")), nullable(typed("doc", "json"))},
    {primary({"id"})});

column numbered(const std::string& name) {
    column made = typed(name, "int");
    made.auto_increment = true;
    return made;
}

projected split_into(std::vector<column> columns, std::vector<schema::index> indexes,
                     const std::string& mapped = "user_id=id, street") {
    return project(users, table_of("a", std::move(columns), std::move(indexes)),
                   parse_columns(mapped), "(1)", {}, {});
}

const column user_id = typed("user_id", "int");
const column street = nullable(typed("street", "int"));

TEST(split_projection, takes_the_columns_that_are_mapped_and_the_key_over_them) {
    const auto made = split_into({user_id, street}, {primary({"user_id"})});
    EXPECT_EQ(made.how.key.target_index, "PRIMARY");
    EXPECT_EQ(made.how.where, "(1)");
    EXPECT_TRUE(made.how.upserts);
    EXPECT_FALSE(made.how.keeps_rows);
    ASSERT_EQ(made.how.columns.size(), 2U);
    EXPECT_EQ(made.how.columns.front().expression, "`s`.`users`.`id`");
}

TEST(split_projection, a_number_of_the_targets_own_is_kept) {
    const auto made =
        split_into({numbered("id"), user_id, street}, {primary({"id"}), unique("u", {"user_id"})});
    EXPECT_EQ(made.how.key.target_index, "u");
    EXPECT_TRUE(made.how.keeps_rows);
    EXPECT_TRUE(made.how.upserts);
    EXPECT_THAT(made.own_columns, ElementsAre("id"));
    EXPECT_EQ(made.compared_target.columns.size(), 2U);
}

TEST(split_projection, a_plain_default_needs_no_keeping) {
    column own = typed("own", "int");
    own.default_text = "7";
    EXPECT_FALSE(split_into({user_id, street, own}, {primary({"user_id"})}).how.keeps_rows);
    own.default_is_expression = true;
    EXPECT_TRUE(split_into({user_id, street, own}, {primary({"user_id"})}).how.keeps_rows);
}

void expect_refused(std::vector<column> columns, std::vector<schema::index> indexes,
                    const std::string& because, const std::string& mapped = "user_id=id, street") {
    EXPECT_THAT([&] { split_into(columns, indexes, mapped); },
                ThrowsMessage<error>(HasSubstr(because)));
}

TEST(split_projection, numbers_that_cannot_be_kept_are_refused) {
    const schema::index first = primary({"id"});
    const schema::index key = unique("u", {"user_id"});
    expect_refused({numbered("id"), user_id, street}, {first, key, unique("s", {"street"})},
                   "has `street`, which --columns writes");
    expect_refused({numbered("id"), user_id, street}, {first, key, unique("s", {"street", "id"})},
                   "has `street`, which --columns writes");
    expect_refused({numbered("id"), user_id, street, nullable(typed("own", "int"))},
                   {first, key, unique("s", {"own"})}, "has no AUTO_INCREMENT column");
    column computed = typed("computed", "int");
    computed.generated = true;
    expect_refused({numbered("id"), user_id, street, computed},
                   {first, key, unique("s", {"computed", "id"})}, "has a generated column");
    expect_refused({numbered("id"), user_id, street}, {first, key, unique("s", {"", "id"})},
                   "has an expression");
    expect_refused({numbered("id"), user_id, nullable(typed("doc", "json"))}, {first, key},
                   "`doc` is JSON", "user_id=id, doc");
}

TEST(split_projection, a_key_that_is_not_exactly_over_the_mapped_one_is_refused) {
    const std::string because = "no key names the rows in both tables";
    expect_refused({user_id, street}, {}, because);
    expect_refused({user_id, typed("street", "int")}, {primary({"user_id", "street"})}, because);
    expect_refused({nullable(user_id), street}, {unique("u", {"user_id"})}, because);
    expect_refused({street}, {unique("u", {"street"})}, because, "street");
}

TEST(split_projection, columns_that_would_have_no_value_are_refused) {
    expect_refused({user_id, street, typed("own", "int")}, {primary({"user_id"})},
                   "`own` of `s`.`a` is NOT NULL without a DEFAULT");
    expect_refused({user_id, numbered("street")}, {primary({"user_id"}), unique("s", {"street"})},
                   "is AUTO_INCREMENT, and `street` can be NULL");
    expect_refused({user_id}, {primary({"user_id"})}, "has no column `street`");
    expect_refused({user_id, street}, {primary({"user_id"})}, "has no column `strete`",
                   "user_id=id, street=strete");
}

}  // namespace
}  // namespace segue::split
