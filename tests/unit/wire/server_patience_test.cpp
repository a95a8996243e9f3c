#include "src/wire/server_patience.hpp"

#include "tests/unit/support/stepped_clock.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class patience_of_ten_minutes : public testing::Test {
  protected:
    test::stepped_clock clock;
    std::vector<std::string> told;
    server_patience patience{600s, [this](const std::string& text) { told.push_back(text); },
                             clock};
};

TEST_F(patience_of_ten_minutes, is_told_after_a_second_try_in_vain_and_when_it_is_over) {
    server_wait wait(patience);
    EXPECT_TRUE(wait.goes_on_after("Lost connection"));
    EXPECT_THAT(told, IsEmpty());
    EXPECT_TRUE(wait.goes_on_after("copy a chunk: Lost connection"));
    EXPECT_THAT(told, ElementsAre("waiting for the server, for up to 600 s: copy a chunk: Lost "
                                  "connection"));
    clock.step(7s);
    wait.over();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[1], "the server is back, after 7 s");
    wait.over();
    EXPECT_EQ(told.size(), 2U);
}

TEST_F(patience_of_ten_minutes, is_not_told_where_the_server_is_back_at_once) {
    for (int i = 0; i < 3; ++i) {
        server_wait one(patience);
        server_wait other(patience);
        one.goes_on_after("Lost connection");
        other.goes_on_after("Lost connection");
        one.over();
        other.over();
    }
    EXPECT_THAT(told, IsEmpty());
    server_wait wait(patience);
    wait.goes_on_after("gone");
    wait.goes_on_after("gone");
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(patience_of_ten_minutes, is_told_each_minute_with_what_is_waited_for_now) {
    server_wait wait(patience);
    wait.goes_on_after("Lost connection");
    wait.goes_on_after("Lost connection");
    for (int i = 0; i < 100; ++i) {
        clock.step(1s);
        EXPECT_TRUE(wait.goes_on_after("Unknown host"));
    }
    EXPECT_THAT(told, ElementsAre(HasSubstr("Lost connection"),
                                  "still waiting for the server, for 60 s of 600 s: Unknown host"));
    clock.step(20s);
    EXPECT_TRUE(wait.goes_on_after("read-only"));
    EXPECT_EQ(told.back(), "still waiting for the server, for 120 s of 600 s: read-only");
}

TEST_F(patience_of_ten_minutes, ends_after_ten_minutes_however_many_the_tries_are) {
    server_wait wait(patience);
    for (int i = 0; i < 600; ++i) {
        EXPECT_TRUE(wait.goes_on_after("gone"));
        clock.step(1s);
    }
    EXPECT_FALSE(wait.goes_on_after("gone"));
    EXPECT_EQ(std::string(waited_in_vain(error("gone"), wait).what()),
              "waited 600 s for the server (--wait-for-server-seconds): gone");
}

TEST_F(patience_of_ten_minutes, begins_anew_behind_a_success) {
    server_wait wait(patience);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(wait.goes_on_after("gone"));
        clock.step(599s);
        EXPECT_TRUE(wait.goes_on_after("gone"));
        wait.over();
    }
}

TEST_F(patience_of_ten_minutes, is_told_once_for_all_who_wait) {
    {
        server_wait one(patience);
        server_wait other(patience);
        one.goes_on_after("gone");
        other.goes_on_after("gone as well");
        one.goes_on_after("gone");
        other.goes_on_after("gone as well");
        EXPECT_EQ(told.size(), 1U);
        one.over();
        EXPECT_EQ(told.size(), 1U) << "one of them waits still";
        clock.step(60s);
        other.goes_on_after("gone as well");
        EXPECT_EQ(told.size(), 2U);
        other.over();
    }
    EXPECT_THAT(told, ElementsAre(testing::_, testing::_, "the server is back, after 60 s"));
}

TEST_F(patience_of_ten_minutes, is_not_told_to_have_been_enough_by_who_gives_up) {
    {
        server_wait wait(patience);
        wait.goes_on_after("gone");
        wait.goes_on_after("gone");
        clock.step(600s);
        EXPECT_FALSE(wait.goes_on_after("gone"));
        EXPECT_TRUE(patience.awaited());
    }
    EXPECT_FALSE(patience.awaited());
    EXPECT_THAT(told, ElementsAre(HasSubstr("waiting for the server")));
}

TEST_F(patience_of_ten_minutes, is_known_to_be_needed_while_anybody_waits) {
    server_wait one(patience);
    server_wait other(patience);
    EXPECT_FALSE(patience.awaited());
    one.goes_on_after("gone");
    other.goes_on_after("gone");
    one.over();
    EXPECT_TRUE(patience.awaited());
    other.over();
    EXPECT_FALSE(patience.awaited());
}

TEST_F(patience_of_ten_minutes, is_not_for_attempts_that_were_at_work) {
    const server_wait wait(patience);
    const auto began = clock.now();
    clock.step(59s);
    EXPECT_FALSE(wait.was_at_work(began));
    clock.step(1s);
    EXPECT_TRUE(wait.was_at_work(began));
}

TEST_F(patience_of_ten_minutes, tells_the_first_retry_of_a_kind_and_then_fewer_and_fewer) {
    for (int second = 0; second < 35; ++second) {
        patience.tell_retry("drop", fmt::format("drop, after {} s", second));
        if (second == 3) patience.tell_retry("copy", "copy");
        clock.step(1s);
    }
    EXPECT_THAT(told,
                ElementsAre("drop, after 0 s", "copy", "drop, after 10 s", "drop, after 30 s"));
}

}  // namespace
}  // namespace segue::wire
