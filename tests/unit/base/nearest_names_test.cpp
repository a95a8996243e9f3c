#include "src/base/nearest_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> known{"Threads_running", "Threads_connected", "Threads_created",
                                     "Uptime",          "max-load",          "max-lag-millis"};

TEST(nearest_names, a_few_letters_may_differ) {
    EXPECT_THAT(nearest_names("Thread_running", known, 3), ElementsAre("Threads_running"));
    EXPECT_THAT(nearest_names("threads-runing", known, 3), ElementsAre("Threads_running"));
    EXPECT_THAT(nearest_names("Thraeds_created", known, 3), ElementsAre("Threads_created"));
    EXPECT_THAT(nearest_names("maxload", known, 3), ElementsAre("max-load"));
    EXPECT_THAT(nearest_names("max_load", known, 1), ElementsAre("max-load"));
}

TEST(nearest_names, a_part_of_a_name_is_near) {
    EXPECT_THAT(nearest_names("running", known, 3), ElementsAre("Threads_running"));
    EXPECT_THAT(nearest_names("threads", known, 2),
                ElementsAre("Threads_running", "Threads_created"));
    EXPECT_THAT(nearest_names("max", known, 2), IsEmpty());
}

TEST(nearest_names, what_is_far_is_not_named) {
    EXPECT_THAT(nearest_names("Innodb_row_lock_waits", known, 3), IsEmpty());
    EXPECT_THAT(nearest_names("", known, 3), IsEmpty());
}

}  // namespace
}  // namespace segue
