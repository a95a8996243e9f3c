#include "src/schema/trigger.hpp"

#include "src/base/error.hpp"

#include <gtest/gtest.h>

namespace segue::schema {
namespace {

TEST(trigger_body_of, is_what_stands_behind_for_each_row) {
    EXPECT_EQ(trigger_body_of("CREATE DEFINER=`root`@`%` TRIGGER `a` BEFORE INSERT ON `t` FOR EACH "
                              "ROW SET @x='FOR EACH ROW'"),
              "SET @x='FOR EACH ROW'");
    EXPECT_EQ(trigger_body_of("create trigger \"x\" after delete on t for  each\nrow\n  begin end"),
              "begin end");
}

TEST(trigger_body_of, is_not_found_in_names) {
    EXPECT_EQ(
        trigger_body_of("CREATE DEFINER=`FOR EACH ROW x`@`h` TRIGGER `for ``each row 1` BEFORE "
                        "INSERT ON `FOR EACH ROW` FOR EACH ROW SET @\xe4=1"),
        "SET @\xe4=1");
    EXPECT_THROW(trigger_body_of("CREATE TRIGGER `FOR EACH ROW x`"), error);
}

}  // namespace
}  // namespace segue::schema
