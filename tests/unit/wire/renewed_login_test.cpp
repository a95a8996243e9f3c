#include "src/wire/renewed_login.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

connection_options login(const std::string& user, const std::string& password) {
    connection_options made;
    made.user = user;
    made.password = password;
    return made;
}

// One test, as the login is the process'.
TEST(renewed_login, takes_the_place_of_the_one_given_and_of_no_other) {
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
    const auto log_of = [](const auto& action) {
        testing::internal::CaptureStderr();
        action();
        return testing::internal::GetCapturedStderr();
    };
    EXPECT_THAT(log_of([&] { EXPECT_THROW(connect("three", 2003), error); }), IsEmpty());
    EXPECT_THAT(tried, ElementsAre("three"));

    const auto denied = [&] { EXPECT_EQ(connect("three", 1045), "one"); };
    EXPECT_THAT(log_of(denied),
                HasSubstr("WARNING the server denies the login that was read again "
                          "(MySQL error 1045); going on with the one of the start"));
    EXPECT_THAT(tried, ElementsAre("three", "one"));
    EXPECT_THAT(log_of(denied), IsEmpty()) << "it is told once";
    EXPECT_THAT(tried, ElementsAre("three", "one"));
    renew_login(given, "w", "three");
    EXPECT_THAT(log_of(denied), HasSubstr("denies")) << "once for each renewal";

    // Nothing goes on with the one of the start where that is denied as well.
    renew_login(given, "w", "three");
    const auto deny_all = [&] {
        with_current_login(given, [](const connection_options&) -> int {
            throw error("denied", {.mysql_errno = 1045});
        });
    };
    EXPECT_THAT(log_of([&] { EXPECT_THROW(deny_all(), error); }), IsEmpty());

    // Between the two tries the file was read again, and the server forgot the old password.
    tried.clear();
    const auto changed_meanwhile = [&] {
        return with_current_login(given, [&](const connection_options& with) {
            tried.push_back(with.password);
            if (with.password == "one") renew_login(given, "w", "four");
            if (with.password != "four") throw error("denied", {.mysql_errno = 1045});
            return with.password;
        });
    };
    EXPECT_THAT(log_of([&] { EXPECT_EQ(changed_meanwhile(), "four"); }), IsEmpty());
    EXPECT_THAT(tried, ElementsAre("three", "one", "four"));
}

}  // namespace
}  // namespace segue::wire
