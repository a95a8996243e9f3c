#include "src/base/one_line.hpp"

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(in_one_line, lines_are_joined_by_one_blank) {
    EXPECT_EQ(in_one_line("SELECT 1\n     FROM t \n\n  WHERE a='x'\n    AND b"),
              "SELECT 1 FROM t WHERE a='x' AND b");
}

TEST(in_one_line, blanks_within_a_line_stay) {
    EXPECT_EQ(in_one_line("SELECT  'a  b'"), "SELECT  'a  b'");
    EXPECT_EQ(in_one_line(" ON DUPLICATE"), " ON DUPLICATE");
}

TEST(in_one_line, nothing_ends_in_a_blank_for_a_line_that_is_empty) {
    EXPECT_EQ(in_one_line("COMMIT \n "), "COMMIT");
    EXPECT_EQ(in_one_line("\n"), "");
    EXPECT_EQ(in_one_line(""), "");
}

}  // namespace
}  // namespace segue
