#include "src/verify/definition_difference.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::verify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

schema::table_definition table(const std::string& name, const std::string& lines,
                               const std::string& options = "ENGINE=InnoDB") {
    schema::table_definition made;
    made.name = {"s", name};
    made.create_statement = "CREATE TABLE `" + name + "` (\n" + lines + "\n) " + options;
    return made;
}

const std::string columns = "  `id` int NOT NULL,\n  `a` int DEFAULT NULL,\n";
const std::string key = "  PRIMARY KEY (`id`)";

TEST(definition_differences, are_none_for_other_names_and_numbers) {
    EXPECT_THAT(definition_differences(
                    table("t", columns + key + ",\n  CONSTRAINT `t_chk_1` CHECK ((`a` > 0))",
                          "ENGINE=InnoDB AUTO_INCREMENT=7"),
                    table("g", columns + key + ",\n  CONSTRAINT `g_chk_1` CHECK ((`a` > 0))")),
                IsEmpty());
}

TEST(definition_differences, are_told_line_by_line) {
    EXPECT_THAT(
        definition_differences(table("t", columns + key + ",\n  KEY `a` (`a`)"),
                               table("g", columns + key + ",\n  KEY `b` (`a`)")),
        ElementsAre("definition: the ALTER makes KEY `a` (`a`), which `s`.`g` lacks",
                    "definition: `s`.`g` has KEY `b` (`a`), which the ALTER does not make"));
    EXPECT_THAT(definition_differences(
                    table("t", columns + key + ",\n  CONSTRAINT `t_chk_1` CHECK ((`a` > 0))"),
                    table("g", columns + key)),
                ElementsAre("definition: the ALTER makes CHECK ((`a` > 0)), which `s`.`g` lacks"));
}

TEST(definition_differences, are_another_order) {
    EXPECT_THAT(
        definition_differences(table("t", columns + key),
                               table("g", "  `a` int DEFAULT NULL,\n  `id` int NOT NULL,\n" + key)),
        ElementsAre("definition: `s`.`g` has its columns or indexes in another order than the "
                    "ALTER makes"));
}

}  // namespace
}  // namespace segue::verify
