#include "src/wire/renewed_login.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using testing::ElementsAre;

connection_options login(const std::string& user, const std::string& password) {
    connection_options made;
    made.user = user;
    made.password = password;
    return made;
}

// One test, as the login is the process'.
TEST(RenewedLogin, TakesThePlaceOfTheOneGivenAndOfNoOther) {
    const auto given = login("u", "one");
    EXPECT_FALSE(with_renewed_login(given));
    renew_login(given, "v", "two");
    renew_login(given, "w", "three");
    const auto renewed = with_renewed_login(given);
    ASSERT_TRUE(renewed);
    EXPECT_EQ(renewed->user, "w");
    EXPECT_EQ(renewed->password, "three");
    EXPECT_FALSE(with_renewed_login(login("u", "other")));
    EXPECT_FALSE(with_renewed_login(login("other", "one")));

    std::vector<std::string> tried;
    const auto connect = [&](std::string denied, int number) {
        tried.clear();
        return with_current_login(given, [&](const connection_options& with) {
            tried.push_back(with.password);
            if (with.password == denied) throw error("denied", {.mysql_errno = number});
            return with.password;
        });
    };
    EXPECT_EQ(connect("", 0), "three");
    EXPECT_EQ(connect("three", 1045), "one");
    EXPECT_THAT(tried, ElementsAre("three", "one"));
    EXPECT_THROW(connect("three", 2003), error);
    EXPECT_THAT(tried, ElementsAre("three"));
}

}  // namespace
}  // namespace segue::wire
