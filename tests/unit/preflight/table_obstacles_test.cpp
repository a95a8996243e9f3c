#include "src/preflight/table_obstacles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::preflight {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

schema::table_definition table_of(const std::string& type, const std::string& engine) {
    schema::table_definition made;
    made.name = {"s", "t"};
    made.table_type = type;
    made.engine = engine;
    return made;
}

TEST(shape_obstacles, only_innodb_base_tables_have_none) {
    EXPECT_THAT(shape_obstacles(table_of("BASE TABLE", "InnoDB")), IsEmpty());
    EXPECT_THAT(shape_obstacles(table_of("BASE TABLE", "MyISAM")),
                ElementsAre(Field(&refusal::problem, HasSubstr("MyISAM"))));
    EXPECT_THAT(shape_obstacles(table_of("VIEW", "")),
                ElementsAre(Field(&refusal::problem, HasSubstr("view"))));
    EXPECT_THAT(shape_obstacles(table_of("SYSTEM VIEW", "")),
                ElementsAre(Field(&refusal::problem, HasSubstr("SYSTEM VIEW"))));
}

}  // namespace
}  // namespace segue::preflight
