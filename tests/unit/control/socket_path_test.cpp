#include "src/control/socket_path.hpp"

#include <gtest/gtest.h>

namespace segue::control {
namespace {

TEST(socket_path, is_gh_osts_by_default) {
    EXPECT_EQ(default_socket_path("shop", "orders"), "/tmp/gh-ost.shop.orders.sock");
    EXPECT_EQ(default_socket_path("shop", "orders", 17), "/tmp/gh-ost.shop.orders.17.sock");
    EXPECT_EQ(default_socket_path("a/b", "c"), "/tmp/gh-ost.a_b.c.sock");
}

TEST(socket_path, that_is_too_long_is_cut_and_two_of_them_do_not_meet) {
    const std::string fits(socket_path_bytes_max, 'a');
    EXPECT_EQ(fitting_socket_path(fits), fits);
    const std::string table(64, 't');
    const auto one = default_socket_path(std::string(64, 's'), table);
    const auto other = default_socket_path(std::string(64, 's'), table.substr(1) + "u");
    EXPECT_EQ(one.size(), socket_path_bytes_max);
    EXPECT_TRUE(one.starts_with("/tmp/gh-ost.ssss"));
    EXPECT_TRUE(one.ends_with(".sock"));
    EXPECT_NE(one, other);
    EXPECT_EQ(fitting_socket_path(fits + "b").size(), socket_path_bytes_max);
    EXPECT_NE(fitting_socket_path(fits + "b"), fitting_socket_path(fits + "c"));
}

}  // namespace
}  // namespace segue::control
