#include "src/migration/preflight.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

TEST(VersionNumber, HasTwoDigitsForMinorAndPatch) {
    EXPECT_EQ(version_number("8.0.36-log"), 80036U);
    EXPECT_EQ(version_number("8.0.19"), 80019U);
    EXPECT_EQ(version_number("9.7.4"), 90704U);
    EXPECT_EQ(version_number("8.0.36-0ubuntu0.22.04.1"), 80036U);
}

TEST(VersionNumber, WhatIsNoVersionThrows) {
    for (const char* const text : {"", "8", "8.0", "eight.0.1", "-"}) {
        SCOPED_TRACE(text);
        EXPECT_THROW(version_number(text), error);
    }
}

TEST(ThrowRefusals, NoneIsFine) {
    EXPECT_NO_THROW(throw_refusals({}));
}

TEST(ThrowRefusals, AllAreToldWithTheirRemedies) {
    EXPECT_THAT(
        [] {
            throw_refusals({{"one", "do this"}, {"two", "do that"}});
        },
        ThrowsMessage<error>(
            AllOf(HasSubstr("one"), HasSubstr("do this"), HasSubstr("two"), HasSubstr("do that"))));
}

schema::table_definition table_of(const std::string& type, const std::string& engine) {
    schema::table_definition made;
    made.name = {"s", "t"};
    made.table_type = type;
    made.engine = engine;
    return made;
}

TEST(ShapeObstacles, OnlyInnodbBaseTablesHaveNone) {
    EXPECT_THAT(shape_obstacles(table_of("BASE TABLE", "InnoDB")), IsEmpty());
    EXPECT_THAT(shape_obstacles(table_of("BASE TABLE", "MyISAM")),
                ElementsAre(Field(&refusal::problem, HasSubstr("MyISAM"))));
    EXPECT_THAT(shape_obstacles(table_of("VIEW", "")),
                ElementsAre(Field(&refusal::problem, HasSubstr("view"))));
    EXPECT_THAT(shape_obstacles(table_of("SYSTEM VIEW", "")),
                ElementsAre(Field(&refusal::problem, HasSubstr("SYSTEM VIEW"))));
}

}  // namespace
}  // namespace segue::migration
