#include "cli/flags.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

constexpr std::string_view introduction =
    R"(# Flags

Generated from the table in `cli/flags.cpp`: change that, and run the test `FlagsPage` with
`SEGUE_WRITE_DOCS=1`.

## How they are written

As gh-ost's users write them: `-name` is `--name`; a value follows as `--name=value` or `--name value`;
a boolean is on by its name alone, and takes a value only as `--name=false` (`1 0 t f T F true false
TRUE FALSE True False`). Integers may be written `0x10`, `0b1`, `0o7`, `017` or `1_000`. When a flag is
given several times the last one counts. `--` ends the flags.

Unlike gh-ost, which drops a stray word and *every flag behind it* without a message, Segue refuses
it: `--verbose false` is an error that tells to write `--verbose=false`.

| exit code | when |
|---|---|
| 0 | done; also `--help`, `-h`, `--version`, and `--check-flag` when all flags can be read |
| 1 | a flag's meaning is wrong, or the migration failed: a `FATAL` line on stderr says what |
| 2 | a flag is unknown or its value cannot be read: a message and the usage on stdout |

A number out of its range is moved to the nearest end of it, and a notice says so; a port, server id or
timeout out of range is an error.

The password is, in this order: `--password`, `--ask-pass`, `[client] password` in `--conf`, the
environment variable `MYSQL_PWD`. In the `--conf` file a value reaches to the end of its line, `#` and
`;` included; one pair of quotes around it is taken off, backslashes mean nothing, and `${NAME}` is
taken from the environment. Keys that are not used are told.
)";

std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string page() {
    std::string text(introduction);
    std::string_view group;
    for (const auto& entry : flags()) {
        if (entry.group != group) {
            group = entry.group;
            text += fmt::format(
                "\n## {}\n\n| flag | default | meaning | difference to gh-ost |\n"
                "|---|---|---|---|\n",
                group);
        }
        const auto value =
            entry.value_name.empty() ? "" : fmt::format(" {}", cell(entry.value_name));
        const auto preset =
            entry.default_text.empty() ? "" : fmt::format("`{}`", cell(entry.default_text));
        text += fmt::format("| `--{}{}` | {} | {} | {} |\n", entry.name, value, preset,
                            cell(entry.meaning), cell(entry.difference));
    }
    return text;
}

TEST(FlagsPage, SaysWhatTheTableSays) {
    if (std::getenv("SEGUE_WRITE_DOCS") != nullptr) std::ofstream(SEGUE_FLAGS_PAGE) << page();
    std::ostringstream written;
    written << std::ifstream(SEGUE_FLAGS_PAGE).rdbuf();
    EXPECT_EQ(written.str(), page()) << "run this test with SEGUE_WRITE_DOCS=1";
}

TEST(FlagsPage, TheTableHasEachFlagOnceAndGroupsTogether) {
    std::set<std::string_view> names;
    std::set<std::string_view> groups;
    std::string_view group;
    for (const auto& entry : flags()) {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        if (entry.group != group) {
            EXPECT_TRUE(groups.insert(entry.group).second) << entry.name;
        }
        group = entry.group;
        EXPECT_FALSE(entry.meaning.empty()) << entry.name;
        EXPECT_EQ(entry.kind == flag_kind::boolean, entry.value_name.empty()) << entry.name;
    }
}

}  // namespace
}  // namespace segue::cli
