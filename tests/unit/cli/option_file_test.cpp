#include "cli/option_file.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::optional<std::string> variables(const std::string& name) {
    if (name == "DB_PASSWORD") return "from the environment";
    return std::nullopt;
}

std::vector<option_file_entry> read(std::string_view text) {
    return parse_option_file(text, variables);
}

std::string value(const std::string& written) {
    const auto entries = read("[client]\npassword = " + written + "\n");
    EXPECT_THAT(entries, SizeIs(1));
    return entries.empty() ? "" : entries[0].value;
}

std::string failure(std::string_view text) {
    try {
        read(text);
    } catch (const error& problem) {
        return problem.what();
    }
    return "";
}

TEST(OptionFile, EntriesKnowTheirSectionAndLine) {
    const auto entries = read("# top\n\n[client]\nuser=u\n\n[osc]\nchunk_size = 5\n");
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].section, "client");
    EXPECT_EQ(entries[0].key, "user");
    EXPECT_EQ(entries[0].value, "u");
    EXPECT_EQ(entries[0].line, 4U);
    EXPECT_EQ(entries[1].section, "osc");
    EXPECT_EQ(entries[1].key, "chunk_size");
    EXPECT_EQ(entries[1].line, 7U);
}

TEST(OptionFile, AValueReachesToTheEndOfItsLine) {
    EXPECT_EQ(value("se;cr#et = x  "), "se;cr#et = x");
    EXPECT_EQ(value("a # b"), "a # b");
    EXPECT_EQ(value("a\\nb\\"), "a\\nb\\");
    EXPECT_EQ(value(""), "");
}

TEST(OptionFile, OnePairOfQuotesIsTakenOff) {
    EXPECT_EQ(value("\" a;b \""), " a;b ");
    EXPECT_EQ(value("'it's'"), "it's");
    EXPECT_EQ(value("\"\"x\"\""), "\"x\"");
    EXPECT_EQ(value("\"a"), "\"a");
    EXPECT_EQ(value("\"a' "), "\"a'");
    EXPECT_EQ(value("\""), "\"");
    EXPECT_EQ(value("''"), "");
}

TEST(OptionFile, VariablesAreTakenFromTheEnvironment) {
    EXPECT_EQ(value("${DB_PASSWORD}"), "from the environment");
    EXPECT_EQ(value("'${DB_PASSWORD}'"), "from the environment");
    EXPECT_EQ(value("x${DB_PASSWORD}"), "x${DB_PASSWORD}");
    EXPECT_EQ(value("$DB_PASSWORD"), "$DB_PASSWORD");
    EXPECT_THAT(failure("[client]\npassword=${NOT_SET}"), HasSubstr("line 2"));
    EXPECT_THAT(failure("[client]\npassword=${NOT_SET}"), HasSubstr("NOT_SET"));
}

TEST(OptionFile, CommentsAndBlankLinesAreLeftOut) {
    EXPECT_THAT(read("# a=b\n; c=d\n   \n\t# e=f\n"), IsEmpty());
    EXPECT_THAT(read(""), IsEmpty());
}

TEST(OptionFile, WindowsLineEndsAndByteOrderMarksAreNoPartOfAnything) {
    const auto entries = read("\xEF\xBB\xBF[client]\r\nuser=u\r\n");
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries[0].section, "client");
    EXPECT_EQ(entries[0].value, "u");
}

TEST(OptionFile, KeysWithoutValueOrSectionAreTold) {
    const auto entries = read("a\n[client]\nskip-x\n");
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].section, "");
    EXPECT_EQ(entries[1].key, "skip-x");
    EXPECT_EQ(entries[1].value, "");
}

TEST(OptionFile, WhatCannotBeReadNamesItsLine) {
    EXPECT_THAT(failure("\n[client\npassword=geheim"), HasSubstr("line 2"));
    EXPECT_THAT(failure("!include /etc/x"), HasSubstr("line 1"));
    EXPECT_THAT(failure("[client\npassword=geheim"), Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace segue::cli
