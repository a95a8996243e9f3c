#include "cli/command_line/arguments.hpp"

#include <cstdio>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<flag_syntax> known{
    {"verbose", flag_kind::boolean}, {"debug", flag_kind::boolean},
    {"port", flag_kind::integer},    {"timeout", flag_kind::real},
    {"alter", flag_kind::text},      {"tag", flag_kind::text, /*accumulates=*/true}};

normalised_arguments read(const std::vector<std::string>& arguments) {
    return normalise(arguments, known);
}

std::vector<std::string> words(const std::vector<std::string>& arguments) {
    const auto result = read(arguments);
    EXPECT_EQ(result.mistake, "");
    return result.arguments;
}

std::string mistake(const std::vector<std::string>& arguments) {
    return read(arguments).mistake;
}

TEST(arguments, one_minus_is_as_good_as_two) {
    EXPECT_THAT(words({"-alter", "x"}), ElementsAre("--alter", "x"));
    EXPECT_THAT(words({"-alter=x"}), ElementsAre("--alter", "x"));
    EXPECT_THAT(words({"--alter=x=y"}), ElementsAre("--alter", "x=y"));
}

TEST(arguments, a_value_may_look_like_a_flag_or_be_empty) {
    EXPECT_THAT(words({"--alter", "--verbose"}), ElementsAre("--alter", "--verbose"));
    EXPECT_THAT(words({"--alter", "--"}), ElementsAre("--alter", "--"));
    EXPECT_THAT(words({"--alter="}), ElementsAre("--alter", ""));
    EXPECT_THAT(words({"--port", "-1"}), ElementsAre("--port", "-1"));
}

TEST(arguments, booleans_take_their_value_behind_an_equals_sign_only) {
    EXPECT_THAT(words({"--verbose"}), ElementsAre("--verbose=true"));
    for (const auto* yes : {"1", "t", "T", "true", "TRUE", "True"})
        EXPECT_THAT(words({std::string("-verbose=") + yes}), ElementsAre("--verbose=true"));
    for (const auto* no : {"0", "f", "F", "false", "FALSE", "False"})
        EXPECT_THAT(words({std::string("--verbose=") + no}), ElementsAre("--verbose=false"));
    for (const auto* bad : {"", "yes", "tRUE", "2"})
        EXPECT_THAT(mistake({std::string("--verbose=") + bad}), HasSubstr("--verbose"));
}

TEST(arguments, a_stray_word_is_a_mistake_and_not_the_end_of_the_flags) {
    EXPECT_THAT(mistake({"x"}), HasSubstr("argument 1 is a stray word"));
    EXPECT_THAT(mistake({"--alter", "x", "y", "--verbose"}), HasSubstr("argument 3 is a stray"));
    EXPECT_THAT(mistake({"--verbose", "y"}), HasSubstr("behind --verbose"));
    EXPECT_THAT(mistake({"-"}), HasSubstr("argument 1"));
    EXPECT_THAT(mistake({""}), HasSubstr("stray"));
    EXPECT_THAT(mistake({"--", "--verbose"}), HasSubstr("stray"));
}

TEST(arguments, a_word_behind_a_flag_that_was_taken_for_a_value_is_told_what_is_missing) {
    EXPECT_THAT(mistake({"--alter", "--verbose", "x"}),
                HasSubstr("the value of --alter seems to be missing: --verbose stands"));
    EXPECT_THAT(mistake({"--alter", "--verbose", "--debug", "x"}), HasSubstr("stray"));
    EXPECT_THAT(mistake({"--alter", "--x", "y"}), HasSubstr("stray"));
}

TEST(arguments, a_value_behind_a_boolean_is_told_how_to_be_written) {
    EXPECT_THAT(mistake({"--verbose", "false", "--debug"}), HasSubstr("--verbose=false"));
    EXPECT_THAT(mistake({"--verbose", "x"}), Not(HasSubstr("--verbose=")));
    EXPECT_THAT(mistake({"--verbose=true", "false"}), Not(HasSubstr("--verbose=")));
}

TEST(arguments, the_last_of_several_counts) {
    EXPECT_THAT(words({"--alter", "a", "-alter=b"}), ElementsAre("--alter", "b"));
    EXPECT_THAT(words({"--verbose", "--verbose=false"}), ElementsAre("--verbose=false"));
}

TEST(arguments, of_a_flag_that_accumulates_all_count) {
    EXPECT_THAT(words({"--tag=a:b", "--verbose", "-tag", "c:d,e:f"}),
                ElementsAre("--tag", "a:b,c:d,e:f", "--verbose=true"));
}

TEST(arguments, integers_may_be_written_as_in_go) {
    const std::vector<std::pair<std::string, std::string>> spellings{
        {"0x10", "16"},
        {"0XfF", "255"},
        {"0b101", "5"},
        {"0o17", "15"},
        {"017", "15"},
        {"0", "0"},
        {"1_000", "1000"},
        {"0x_1_0", "16"},
        {"0_7", "7"},
        {"+5", "5"},
        {"-0x10", "-16"},
        {"-0", "0"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"}};
    for (const auto& [written, meant] : spellings)
        EXPECT_THAT(words({"--port", written}), ElementsAre("--port", meant)) << written;
}

TEST(arguments, what_is_no_integer_is_a_mistake) {
    for (const auto* bad : {"", "x", "1.5", "08", "0x", "_1", "1_", "1__0", "--1", "5 ", "0xg",
                            "9223372036854775808", "1e3", "0b2"})
        EXPECT_THAT(mistake({"--port", bad}), HasSubstr("integer")) << bad;
}

TEST(arguments, numbers_may_have_fractions) {
    EXPECT_THAT(words({"--timeout", "0.5"}), ElementsAre("--timeout", "0.5"));
    EXPECT_THAT(words({"--timeout=+2"}), ElementsAre("--timeout", "2"));
    for (const auto* good : {".5", "5.", "1e3", "-0.25"})
        EXPECT_THAT(words({"--timeout", good}), ElementsAre("--timeout", good));
    for (const auto* bad : {"", "x", "1s", "nan", "inf", "+-2", "1_000", "0x10"})
        EXPECT_THAT(mistake({"--timeout", bad}), HasSubstr("number")) << bad;
}

TEST(arguments, unknown_and_malformed_flags_are_mistakes) {
    EXPECT_THAT(mistake({"--verbos"}),
                HasSubstr("unknown flag: --verbos; did you mean --verbose?"));
    EXPECT_THAT(mistake({"--nothing-near"}), Not(HasSubstr("mean")));
    EXPECT_THAT(mistake({"-password=geheim"}), Not(HasSubstr("geheim")));
    EXPECT_THAT(mistake({"---verbose"}), HasSubstr("syntax"));
    EXPECT_THAT(mistake({"--=x"}), HasSubstr("syntax"));
    EXPECT_THAT(mistake({"--alter"}), HasSubstr("needs a value"));
}

TEST(arguments, what_may_hold_a_secret_is_not_shown) {
    for (const auto& arguments : std::vector<std::vector<std::string>>{{"-pgeheim"},
                                                                       {"--verbose", "-pgeheim"},
                                                                       {"--passwordgeheim"},
                                                                       {"--password:geheim"},
                                                                       {"-geheim"},
                                                                       {"geheim"},
                                                                       {"--", "geheim"},
                                                                       {"--verbose", "geheim"},
                                                                       {"--verbose=geheim"},
                                                                       {"--port=geheim"},
                                                                       {"--timeout", "geheim"},
                                                                       {"---geheim"},
                                                                       {"--=geheim"}}) {
        EXPECT_THAT(mistake(arguments), Not(HasSubstr("geheim"))) << arguments.back();
        EXPECT_NE(mistake(arguments), "");
    }
    EXPECT_THAT(mistake({"-pgeheim"}), HasSubstr("--password"));
    EXPECT_THAT(mistake({"-uroot"}), HasSubstr("--user"));
}

TEST(arguments, short_help_stops_the_reading) {
    EXPECT_TRUE(read({"--verbose", "-h", "--nonsense"}).short_help);
    EXPECT_EQ(mistake({"-h", "x"}), "");
    EXPECT_FALSE(read({"--nonsense", "-h"}).short_help);
}

TEST(arguments, two_minuses_end_the_flags) {
    EXPECT_THAT(words({"--verbose", "--"}), ElementsAre("--verbose=true"));
    EXPECT_THAT(words({}), IsEmpty());
}

std::string output_of(const std::string& command) {
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    pclose(pipe);
    return output;
}

TEST(arguments, a_password_does_not_stay_in_the_process_title) {
    for (const auto* written :
         {"--password=geheim", "--password geheim", "-password=geheim", "-password geheim",
          "--master-password geheim", "--password=a --verbose --password geheim"}) {
        const auto output =
            output_of(std::string(SEGUE_ARGUMENT_WIPER) + " --host db1 " + written + " --user u");
        const auto shown = output.find("shown:");
        ASSERT_NE(shown, std::string::npos) << written;
        EXPECT_THAT(output.substr(0, shown), HasSubstr("geheim")) << "the program has it";
        EXPECT_THAT(output.substr(shown), Not(HasSubstr("geheim"))) << written;
        EXPECT_THAT(output.substr(shown), HasSubstr("db1"));
        EXPECT_THAT(output.substr(shown), HasSubstr("--user"));
    }
}

TEST(arguments, a_password_flag_without_value_is_harmless) {
    EXPECT_THAT(output_of(std::string(SEGUE_ARGUMENT_WIPER) + " --password"),
                HasSubstr("--password"));
}

}  // namespace
}  // namespace segue::cli
