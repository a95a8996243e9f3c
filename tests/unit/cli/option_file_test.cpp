#include "cli/login/option_file.hpp"

#include "src/base/error.hpp"

#include <map>
#include <optional>
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
using testing::SizeIs;

struct option_file {
    std::vector<option_file_entry> entries;
    std::vector<std::string> notices;
};

/// Files and folders of a test, and the environment.
struct files {
    std::map<std::string, std::string> texts;
    std::map<std::string, std::vector<std::string>> folders = {};

    option_file read(const std::string& path) const {
        option_file made;
        made.entries = read_option_file(
            path,
            {.variables = [](const std::string& name) -> std::optional<std::string> {
                 if (name == "DB_PASSWORD") return "from the environment";
                 return std::nullopt;
             },
             .ask_password = [] { return std::string(); },
             .read_file =
                 [this](const std::string& file) {
                     const auto found = texts.find(file);
                     if (found == texts.end()) throw error("no such file");
                     return found->second;
                 },
             .list_folder =
                 [this](const std::string& folder) {
                     const auto found = folders.find(folder);
                     if (found == folders.end()) throw error("no such folder");
                     return found->second;
                 },
             .version = ""},
            made.notices);
        return made;
    }
};

std::vector<option_file_entry> read(const std::string& text) {
    return files{.texts = {{"/f", text}}}.read("/f").entries;
}

std::vector<std::string> values(const option_file& file) {
    std::vector<std::string> all;
    for (const auto& entry : file.entries)
        all.push_back(entry.section + "/" + entry.key + "=" + entry.value);
    return all;
}

std::string value(const std::string& written) {
    const auto entries = read("[client]\npassword = " + written + "\n");
    EXPECT_THAT(entries, SizeIs(1));
    return entries.empty() ? "" : entries[0].value;
}

std::string failure(const std::string& text) {
    try {
        read(text);
    } catch (const error& problem) {
        return problem.what();
    }
    return "";
}

TEST(option_file, entries_know_their_section_and_line) {
    const auto entries = read("# top\n\n[client]\nuser=u\n\n[osc]\nchunk_size = 5\n");
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].section, "client");
    EXPECT_EQ(entries[0].key, "user");
    EXPECT_EQ(entries[0].value, "u");
    EXPECT_EQ(entries[0].place, "/f, line 4");
    EXPECT_EQ(entries[1].section, "osc");
    EXPECT_EQ(entries[1].key, "chunk_size");
    EXPECT_EQ(entries[1].place, "/f, line 7");
}

TEST(option_file, a_value_reaches_to_the_end_of_its_line) {
    EXPECT_EQ(value("se;cr#et = x  "), "se;cr#et = x");
    EXPECT_EQ(value("a # b"), "a # b");
    EXPECT_EQ(value("a\\nb\\"), "a\\nb\\");
    EXPECT_EQ(value(""), "");
}

// As my_print_defaults of MySQL 8.0.45 answers for these lines.
TEST(option_file, values_by_mysqls_rules) {
    const files with{.texts = {{"/f", R"([client]
a = a#b
b = "p#;w\\x\"q'\n\s" # comment
c = 'C:\new\q' ; not a comment
d = a;b\#c
e = "x
f='a"b#c"d'
g = #
h = "#"
)"}}};
    std::vector<std::string> notices;
    const surroundings outside{.variables = [](const std::string&) { return std::nullopt; },
                               .ask_password = {},
                               .read_file = [&](const std::string&) { return with.texts.at("/f"); },
                               .list_folder = {},
                               .version = ""};
    std::vector<std::string> found;
    for (const auto& entry : read_option_file("/f", outside, notices, value_rules::mysql))
        found.push_back(entry.value);
    EXPECT_THAT(found, ElementsAre("a", "p#;w\\x\"q'\n ", "'C:\new\\q' ; not a comment", "a;b\\",
                                   "\"x", "a\"b#c\"d", "", "#"));
}

TEST(option_file, one_pair_of_quotes_is_taken_off) {
    EXPECT_EQ(value("\" a;b \""), " a;b ");
    EXPECT_EQ(value("'it's'"), "it's");
    EXPECT_EQ(value("\"\"x\"\""), "\"x\"");
    EXPECT_EQ(value("\"a"), "\"a");
    EXPECT_EQ(value("\"a' "), "\"a'");
    EXPECT_EQ(value("\""), "\"");
    EXPECT_EQ(value("''"), "");
}

TEST(option_file, variables_are_taken_from_the_environment) {
    EXPECT_EQ(value("${DB_PASSWORD}"), "from the environment");
    EXPECT_EQ(value("'${DB_PASSWORD}'"), "from the environment");
    EXPECT_EQ(value("x${DB_PASSWORD}"), "x${DB_PASSWORD}");
    EXPECT_EQ(value("$DB_PASSWORD"), "$DB_PASSWORD");
    EXPECT_EQ(value("${not a name}"), "${not a name}");
    EXPECT_THAT(failure("[client]\npassword=${NOT_SET}"), HasSubstr("line 2"));
    EXPECT_THAT(failure("[client]\npassword=${NOT_SET}"), HasSubstr("NOT_SET"));
}

TEST(option_file, comments_and_blank_lines_are_left_out) {
    EXPECT_THAT(read("# a=b\n; c=d\n   \n\t# e=f\n"), IsEmpty());
    EXPECT_THAT(read(""), IsEmpty());
}

TEST(option_file, windows_line_ends_and_byte_order_marks_are_no_part_of_anything) {
    const auto entries = read("\xEF\xBB\xBF[client]\r\nuser=u\r\n");
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries[0].section, "client");
    EXPECT_EQ(entries[0].value, "u");
}

TEST(option_file, keys_without_value_or_section_are_told) {
    const auto entries = read("a\n[client]\nskip-x\n");
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].section, "");
    EXPECT_EQ(entries[1].key, "skip-x");
    EXPECT_EQ(entries[1].value, "");
    EXPECT_FALSE(entries[1].has_value);
    EXPECT_TRUE(read("[client]\npassword=\n")[0].has_value);
}

TEST(option_file, what_cannot_be_read_names_its_line) {
    EXPECT_THAT(failure("\n[client\npassword=geheim"), HasSubstr("line 2"));
    EXPECT_THAT(failure("!other /etc/x"), HasSubstr("line 1"));
    EXPECT_THAT(failure("!include"), HasSubstr("line 1"));
    EXPECT_THAT(failure("[client\npassword=geheim"), Not(HasSubstr("geheim")));
}

TEST(option_file, included_files_are_read_in_their_place) {
    const files with{.texts = {{"/f",
                                "[client]\nuser=a\n!include /g\npassword=p\n"
                                "!includedir /d\n!include \"/with blank\"\n"},
                               {"/g", "port=1\n[client]\nuser=b\n[other]\nx=1\n"},
                               {"/d/1.cnf", "[client]\nuser=c\n"},
                               {"/d/2.cnf", "[client]\nuser=d\n"},
                               {"/d/3.txt", "[client]\nuser=e\n"},
                               {"/with blank", "[client]\nuser=f\n"}},
                     .folders = {{"/d", {"2.cnf", "3.txt", "1.cnf"}}}};
    const auto file = with.read("/f");
    EXPECT_THAT(values(file), ElementsAre("client/user=a", "/port=1", "client/user=b", "other/x=1",
                                          "client/password=p", "client/user=c", "client/user=d",
                                          "client/user=f"));
    EXPECT_THAT(file.notices, IsEmpty());
    EXPECT_EQ(file.entries[2].place, "/g, line 3");
}

TEST(option_file, what_cannot_be_included_is_passed_over_with_a_notice) {
    const files with{.texts = {{"/f", "!include /nowhere\n!includedir /d\n[client]\nuser=u\n"}}};
    const auto file = with.read("/f");
    EXPECT_THAT(values(file), ElementsAre("client/user=u"));
    EXPECT_THAT(file.notices, ElementsAre("/f, line 1: /nowhere is not included: no such file",
                                          "/f, line 2: /d is not included: no such folder"));
}

TEST(option_file, files_that_include_one_another_end) {
    const files circle{.texts = {{"/f", "!include /g\n[client]\nuser=u\n"},
                                 {"/g", "!include /f\n[client]\nuser=v\n"}}};
    const auto read_once = circle.read("/f");
    EXPECT_THAT(values(read_once), ElementsAre("client/user=v", "client/user=u"));
    EXPECT_THAT(read_once.notices, ElementsAre(HasSubstr("it includes itself")));

    files deep;
    for (int i = 0; i < 20; ++i)
        deep.texts["/" + std::to_string(i)] = "!include /" + std::to_string(i + 1) + "\na=b\n";
    EXPECT_THAT(deep.read("/0").entries, SizeIs(11));
    EXPECT_THAT(deep.read("/0").notices, ElementsAre(HasSubstr("levels deep")));

    files wide;
    for (int i = 0; i < 9; ++i) {
        auto& text = wide.texts["/" + std::to_string(i)];
        for (int j = 0; j < 5; ++j) text += "!include /" + std::to_string(i + 1) + "\n";
    }
    wide.texts["/9"] = "";
    EXPECT_THROW(wide.read("/0"), error);
}

TEST(option_file, an_included_file_that_is_wrong_is_named) {
    const files with{.texts = {{"/f", "!include /g\n"}, {"/g", "\n[client\npassword=geheim"}}};
    try {
        with.read("/f");
        ADD_FAILURE();
    } catch (const error& problem) {
        EXPECT_THAT(problem.what(), HasSubstr("/g, line 2"));
        EXPECT_THAT(problem.what(), Not(HasSubstr("geheim")));
    }
}

}  // namespace
}  // namespace segue::cli
