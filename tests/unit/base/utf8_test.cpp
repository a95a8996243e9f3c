#include "src/base/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(printable_text, has_no_control_character_and_no_byte_that_is_no_utf8) {
    EXPECT_EQ(printable(std::string("a\0b\x1B[2Jc\rd\x7F", 11)), "a?b?[2Jc?d?");
    EXPECT_EQ(printable("\xC2\x9B"
                        "31m"),
              "?31m");
    EXPECT_EQ(printable("\xE9l\xC3"), "?l?");
}

TEST(printable_text, keeps_lines_tabs_and_letters_of_all_scripts) {
    for (const std::string kept :
         {"", "near 'x\n\ty'", "\xC3\xA9\xC2\xA0\xE2\x82\xAC\xF0\x9F\x90\xAC"})
        EXPECT_EQ(printable(kept), kept);
}

}  // namespace
}  // namespace segue
