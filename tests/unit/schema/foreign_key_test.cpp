#include "src/schema/foreign_key.hpp"

#include <gtest/gtest.h>

namespace segue::schema {
namespace {

foreign_key key_with(const std::string& on_delete, const std::string& on_update) {
    return {.name = "k",
            .columns = {"a", "b`c"},
            .parent = {"s", "p"},
            .parent_columns = {"x", "y"},
            .on_update = on_update,
            .on_delete = on_delete};
}

TEST(foreign_key, is_written_with_the_rules_that_are_not_meant_anyway) {
    EXPECT_EQ(text_of(key_with("NO ACTION", "NO ACTION")),
              "FOREIGN KEY (`a`, `b``c`) REFERENCES `s`.`p` (`x`, `y`)");
    EXPECT_EQ(text_of(key_with("RESTRICT", "CASCADE")),
              "FOREIGN KEY (`a`, `b``c`) REFERENCES `s`.`p` (`x`, `y`) ON DELETE RESTRICT ON "
              "UPDATE CASCADE");
}

TEST(foreign_key, has_an_action_by_either_rule) {
    EXPECT_FALSE(key_with("NO ACTION", "RESTRICT").has_action());
    EXPECT_TRUE(key_with("SET NULL", "RESTRICT").has_action());
    EXPECT_TRUE(key_with("NO ACTION", "CASCADE").has_action());
}

TEST(foreign_key, names_that_the_server_made_are_known_by_their_number) {
    EXPECT_EQ(generated_key_name("t", 12), "t_ibfk_12");
    EXPECT_EQ(number_in_key_name("t_ibfk_12", "t"), 12U);
    for (const std::string_view name : {"t_ibfk_", "t_ibfk_0", "t_ibfk_07", "t_ibfk_1x", "u_ibfk_1",
                                        "xt_ibfk_1", "k", "t_ibfk_99999999999999999999"})
        EXPECT_EQ(number_in_key_name(name, "t"), std::nullopt) << name;
}

}  // namespace
}  // namespace segue::schema
