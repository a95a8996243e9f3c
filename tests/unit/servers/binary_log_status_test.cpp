#include "src/servers/binary_log_status.hpp"

#include <gtest/gtest.h>

namespace segue::servers {
namespace {

TEST(binary_log_status, leaves_nothing_out_without_filters) {
    EXPECT_FALSE(binary_log_status{}.leaves_out("shop", false));
}

TEST(binary_log_status, leaves_out_all_but_the_listed) {
    const binary_log_status some{.only_schemas = {"shop", "stock"}};
    EXPECT_FALSE(some.leaves_out("stock", false));
    EXPECT_TRUE(some.leaves_out("log", false));
    EXPECT_TRUE(some.leaves_out("Stock", false));
    EXPECT_FALSE(some.leaves_out("Stock", true));
}

TEST(binary_log_status, leaves_out_the_ignored) {
    const binary_log_status some{.without_schemas = {"log"}};
    EXPECT_TRUE(some.leaves_out("log", false));
    EXPECT_FALSE(some.leaves_out("shop", false));
}

TEST(binary_log_status, a_list_of_what_is_logged_comes_first) {
    const binary_log_status both{.only_schemas = {"shop"}, .without_schemas = {"shop"}};
    EXPECT_FALSE(both.leaves_out("shop", false));
}

}  // namespace
}  // namespace segue::servers
