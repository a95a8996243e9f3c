#include "src/control/command.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace segue::control {
namespace {

TEST(command, is_a_name_and_what_stands_behind_the_first_equals_sign) {
    const auto plain = parse_command("status\r");
    EXPECT_EQ(plain.name, "status");
    EXPECT_FALSE(plain.argument.has_value());
    const auto set = parse_command("  max-load = Threads_running=25,Threads_connected=100 ");
    EXPECT_EQ(set.name, "max-load");
    EXPECT_EQ(set.argument, "Threads_running=25,Threads_connected=100");
    EXPECT_EQ(parse_command("throttle-query=").argument, "");
    EXPECT_TRUE(parse_command("chunk-size = ?").asks());
    EXPECT_FALSE(parse_command("chunk-size=\"??\"").asks());
    EXPECT_EQ(parse_command("").name, "");
    EXPECT_EQ(parse_command("=").argument, "");
}

TEST(command, takes_an_argument_out_of_its_quotes) {
    EXPECT_EQ(parse_command(R"(throttle-query="SELECT 'a b' = \"c\"")").argument,
              R"(SELECT 'a b' = "c")");
    EXPECT_EQ(parse_command("throttle-query=`SELECT \\n`").argument, "SELECT \\n");
    EXPECT_EQ(parse_command("throttle='t'").argument, "t");
    EXPECT_EQ(parse_command("throttle='orders'").argument, "'orders'") << "that is no character";
    EXPECT_EQ(parse_command("throttle=\"orders").argument, "\"orders");
}

TEST(command, knows_the_escapes_of_quoted_text) {
    EXPECT_EQ(unquoted(R"("\a\b\f\n\r\t\v\\\"")"), "\a\b\f\n\r\t\v\\\"");
    EXPECT_EQ(unquoted(R"("\x41\101\u00e9\U0001F600")"), "AA\xC3\xA9\xF0\x9F\x98\x80");
    EXPECT_EQ(unquoted(R"('\'')"), "'");
    EXPECT_EQ(unquoted("'\xC3\xA9'"), "\xC3\xA9");
    for (const char* const wrong :
         {"", "\"", "a", R"("\)", R"("\")", R"("\q")", R"("\x4")", R"("\xzz")", R"("\ud800")",
          R"("\U00110000")", R"("\400")", R"("\8")", R"("a"b")", "`a`b`", "''", "\"a\nb\""})
        EXPECT_FALSE(unquoted(wrong).has_value()) << wrong;
}

TEST(command, is_made_of_any_bytes) {
    std::mt19937 random(20'261'127);
    constexpr std::string_view likely = "=?\"'`\\xuU0179af \n\t";
    for (int i = 0; i < 200'000; ++i) {
        std::string line;
        for (std::size_t length = random() % 24; line.size() < length;)
            line += random() % 4 == 0 ? static_cast<char>(random() % 256)
                                      : likely[random() % likely.size()];
        const auto read = parse_command(line);
        EXPECT_LE(read.name.size() + read.argument.value_or("").size(), line.size() + 8) << line;
    }
}

}  // namespace
}  // namespace segue::control
