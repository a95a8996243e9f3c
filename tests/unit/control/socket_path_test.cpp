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

TEST(socket_path, with_a_process_id_is_known_by_its_name) {
    const auto id_in = [](const std::string& path) {
        return process_id_in_socket_name(path.substr(path.rfind('/') + 1));
    };
    EXPECT_EQ(id_in(default_socket_path("shop", "orders", 17)), 17);
    const auto cut = default_socket_path(std::string(64, 's'), std::string(64, 't'), 17);
    EXPECT_EQ(cut.size(), socket_path_bytes_max);
    EXPECT_EQ(id_in(cut), 17) << cut;
    for (const char* const other :
         {"gh-ost.shop.orders.sock", "gh-ost.sock", "gh-ost..sock", "gh-ost.17", "gh-ost.a.1x.sock",
          "gh-ost.a.-1.sock", "gh-ost.a.99999999999.sock", "other.a.b.17.sock"})
        EXPECT_EQ(process_id_in_socket_name(other), std::nullopt) << other;
}

}  // namespace
}  // namespace segue::control
