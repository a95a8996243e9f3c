#include "src/holders/blocker_watch.hpp"

#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::holders {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

servers::blocker holder(std::uint64_t connection, const std::string& event = "1") {
    return {.of = servers::blocker::kind::table,
            .connection = connection,
            .event = event,
            .who = "app@h"};
}

class a_blocker_watch : public testing::Test {
  protected:
    std::vector<std::uint64_t> overdue(blocker_watch::time_point now) const {
        std::vector<std::uint64_t> connections;
        for (const servers::blocker& one : watch.overdue(now, 8s))
            connections.push_back(one.connection);
        return connections;
    }
    blocker_watch watch;
    const blocker_watch::time_point start{100s};
};

TEST_F(a_blocker_watch, counts_from_the_first_look_that_saw_it) {
    watch.see({holder(1)}, start);
    EXPECT_THAT(overdue(start), IsEmpty());
    watch.see({holder(1)}, start + 7s);
    EXPECT_THAT(overdue(start + 7s), IsEmpty());
    EXPECT_EQ(watch.next_due(start + 7s, 8s), start + 8s);
    watch.see({holder(1)}, start + 8s);
    EXPECT_THAT(overdue(start + 8s), ElementsAre(1U));
    EXPECT_EQ(watch.next_due(start + 8s, 8s), std::nullopt);
}

TEST_F(a_blocker_watch, a_newcomer_does_not_inherit_the_time_of_the_one_before) {
    watch.see({holder(1)}, start);
    watch.see({holder(1), holder(2)}, start + 6s);
    watch.see({holder(2)}, start + 9s);
    EXPECT_THAT(overdue(start + 9s), IsEmpty());
    EXPECT_EQ(watch.next_due(start + 9s, 8s), start + 14s);
    watch.see({holder(2)}, start + 14s);
    EXPECT_THAT(overdue(start + 14s), ElementsAre(2U));
}

TEST_F(a_blocker_watch, the_next_transaction_of_a_connection_is_a_newcomer) {
    watch.see({holder(1, "10")}, start);
    watch.see({holder(1, "20")}, start + 8s);
    EXPECT_THAT(overdue(start + 8s), IsEmpty());
}

TEST_F(a_blocker_watch, whoever_let_go_begins_anew) {
    watch.see({holder(1)}, start);
    watch.see({}, start + 5s);
    EXPECT_EQ(watch.next_due(start + 5s, 8s), std::nullopt);
    watch.see({holder(1)}, start + 9s);
    EXPECT_THAT(overdue(start + 9s), IsEmpty());
    watch.forget();
    EXPECT_THAT(watch.overdue(start + 60s, 8s), IsEmpty());
}

}  // namespace
}  // namespace segue::holders
