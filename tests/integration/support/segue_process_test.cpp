#include "tests/support/segue_process.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

TEST(segue_process, arguments_name_the_table_and_no_password) {
    const auto& server = shared_server();
    const auto arguments =
        segue_arguments(server, {"shop", "orders"}, "ADD COLUMN a INT", {"--threads=4"});
    EXPECT_EQ(arguments.back(), "--threads=4");
    EXPECT_NE(std::find(arguments.begin(), arguments.end(), "--execute"), arguments.end());
    EXPECT_EQ(std::find(arguments.begin(), arguments.end(), server.password()), arguments.end());
    EXPECT_EQ(segue_variables(server, {{"A", "b"}}),
              (environment{{"A", "b"}, {"MYSQL_PWD", server.password()}}));
}

TEST(segue_process, both_builds_can_be_run) {
    for (const auto build : {segue_build::released, segue_build::faulty}) {
        segue_process segue(build, {"--version"}, {});
        EXPECT_EQ(segue.wait(), 0) << segue.err();
        EXPECT_NE(segue.out(), "");
    }
}

}  // namespace
}  // namespace segue::test
