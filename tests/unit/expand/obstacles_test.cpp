#include "src/expand/obstacles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::expand {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

schema::foreign_key key(const std::string& column, const std::string& on_update,
                        const std::string& on_delete) {
    return {.name = "fk",
            .columns = {"other", column},
            .parent = {"s", "p"},
            .parent_columns = {"x", "y"},
            .on_update = on_update,
            .on_delete = on_delete};
}

TEST(a_foreign_key, stands_in_the_way_where_it_writes_a_column) {
    const std::vector<std::string> columns{"name", "full_name"};
    const auto found = [&](const schema::foreign_key& one) {
        return foreign_key_obstacles({&one, 1}, columns).size();
    };
    EXPECT_EQ(found(key("NAME", "CASCADE", "RESTRICT")), 1U);
    EXPECT_EQ(found(key("name", "SET NULL", "RESTRICT")), 1U);
    EXPECT_EQ(found(key("name", "NO ACTION", "SET NULL")), 1U);
    EXPECT_EQ(found(key("name", "NO ACTION", "CASCADE")), 0U);  // the row goes as a whole
    EXPECT_EQ(found(key("name", "RESTRICT", "RESTRICT")), 0U);
    EXPECT_EQ(found(key("city", "CASCADE", "SET NULL")), 0U);
}

schema::trigger trigger(const std::string& timing, const std::string& event,
                        const std::string& statement) {
    schema::trigger made;
    made.name = "mine";
    made.timing = timing;
    made.event = event;
    made.statement = statement;
    return made;
}

TEST(a_trigger, stands_in_the_way_where_it_comes_before_and_names_a_column) {
    task asked;
    asked.up.column = "full_name";
    asked.down.column = "name";
    const auto found = [&](const schema::trigger& one) {
        return trigger_obstacles({&one, 1}, asked).size();
    };
    EXPECT_EQ(found(trigger("BEFORE", "INSERT", "SET NEW.Name = 'x'")), 1U);
    EXPECT_EQ(found(trigger("BEFORE", "UPDATE", "SET NEW.a = OLD.`full_name`")), 1U);
    EXPECT_EQ(found(trigger("BEFORE", "UPDATE", "SET NEW.a = 'name'")), 0U);
    EXPECT_EQ(found(trigger("AFTER", "UPDATE", "INSERT INTO log VALUES (NEW.name)")), 0U);
    EXPECT_EQ(found(trigger("BEFORE", "DELETE", "INSERT INTO log VALUES (OLD.name)")), 0U);
    EXPECT_EQ(found(trigger("BEFORE", "UPDATE", "SET NEW.a = 'unended")), 1U);
    EXPECT_EQ(found(trigger("BEFORE", "UPDATE",
                            "BEGIN " + earlier::pair_mark("town") + " SET NEW.name = 1; END")),
              0U);
    asked.order = "follows";
    EXPECT_EQ(found(trigger("BEFORE", "INSERT", "SET NEW.name = 'x'")), 0U);
}

earlier::expanded_column expanded(const std::string& new_column, const std::string& old_column) {
    earlier::expanded_column made;
    made.asked = {.new_column = new_column,
                  .old_column = old_column,
                  .definition = "",
                  .up = "`" + old_column + "`",
                  .down = "`" + new_column + "`",
                  .order = "",
                  .definer = "'a'@'b'"};
    return made;
}

TEST(another_expand, stands_in_the_way_where_it_is_of_the_same_columns) {
    const auto now = expanded("full_name", "name").asked;
    const std::vector<std::string> reads{"name", "city"};
    const auto found = [&](const earlier::expanded_column& one) {
        return other_expands({&one, 1}, now, reads);
    };
    EXPECT_THAT(found(expanded("full_name", "name")), IsEmpty());
    EXPECT_THAT(found(expanded("town", "place")), IsEmpty());
    EXPECT_THAT(found(expanded("nick", "name")), SizeIs(1));
    EXPECT_THAT(found(expanded("town", "City")), SizeIs(1));
    auto other = expanded("full_name", "name");
    other.asked.up = "UPPER(name)";
    const auto told = found(other);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(told.front().problem, HasSubstr("--up was UPPER(name), and is `name`"));
}

}  // namespace
}  // namespace segue::expand
