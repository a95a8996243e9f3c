#include "src/schema/zero_date_defaults.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr schema::conversion_rules strict = {.no_zero_date = true, .no_zero_in_date = true};

schema::column column_of(const std::string& type, const std::string& preset) {
    schema::column made;
    made.name = "d";
    made.data_type = type;
    made.column_type = type;
    made.default_text = preset;
    return made;
}

std::vector<refusal> found(const std::optional<schema::column>& before, const schema::column& after,
                           const schema::conversion_rules& rules = strict) {
    schema::table_definition original;
    schema::table_definition target;
    if (before) original.columns = {*before};
    target.columns = {after};
    return new_zero_date_defaults(
        original, target,
        [&](std::string_view name) -> std::optional<std::string> {
            if (!before) return std::nullopt;
            return std::string(name);
        },
        rules);
}

TEST(new_zero_date_defaults, are_those_that_the_modes_of_the_server_forbid) {
    for (const char* const zero : {"0000-00-00", "2020-00-07", "2020-07-00"})
        EXPECT_THAT(found({}, column_of("date", zero)), SizeIs(1)) << zero;
    EXPECT_THAT(found({}, column_of("datetime", "0000-00-00 00:00:00.000")), SizeIs(1));
    EXPECT_THAT(found({}, column_of("timestamp", "0000-00-00 00:00:00")), SizeIs(1));
    EXPECT_THAT(found({}, column_of("date", "2020-10-30")), IsEmpty());
    EXPECT_THAT(found({}, column_of("varchar", "0000-00-00")), IsEmpty());
    EXPECT_THAT(found({}, column_of("datetime", "CURRENT_TIMESTAMP")), IsEmpty());
}

TEST(new_zero_date_defaults, each_mode_forbids_its_own) {
    const schema::conversion_rules only_zero = {.no_zero_date = true};
    const schema::conversion_rules only_in = {.no_zero_in_date = true};
    EXPECT_THAT(found({}, column_of("date", "0000-00-00"), only_zero), SizeIs(1));
    EXPECT_THAT(found({}, column_of("date", "2020-00-07"), only_zero), IsEmpty());
    EXPECT_THAT(found({}, column_of("date", "0000-00-00"), only_in), IsEmpty());
    EXPECT_THAT(found({}, column_of("date", "2020-00-07"), only_in), SizeIs(1));
    EXPECT_THAT(found({}, column_of("date", "0000-00-00"), {}), IsEmpty());
}

TEST(new_zero_date_defaults, one_that_the_table_has_already_is_let_be) {
    EXPECT_THAT(
        found(column_of("date", "0000-00-00"), column_of("datetime", "0000-00-00 00:00:00")),
        IsEmpty());
    EXPECT_THAT(found(column_of("date", "2020-01-01"), column_of("date", "0000-00-00")), SizeIs(1));
}

}  // namespace
}  // namespace segue::schema
