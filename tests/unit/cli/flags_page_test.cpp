#include "cli/command_line/flags.hpp"

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

Generated from the table in `cli/command_line/flags.cpp`: change that, and run the test `flags_page` with
`SEGUE_WRITE_DOCS=1`.

## How they are written

As gh-ost's users write them: `-name` is `--name`; a value follows as `--name=value` or `--name value`;
a boolean is on by its name alone, and takes a value only as `--name=false` (`1 0 t f T F true false
TRUE FALSE True False`). Integers may be written `0x10`, `0b1`, `0o7`, `017` or `1_000`. When a flag is
given several times the last one counts. `--` ends the flags.

Unlike gh-ost, which drops a stray word and *every flag behind it* without a message, Segue refuses
it: `--verbose false` is an error that tells to write `--verbose=false`.

Exit codes: [exit-codes.md](exit-codes.md). What programs read of a run: [json.md](json.md). `man segue` has
these flags, and bash completes them, where the package is installed (else `share/segue.1` and
`source share/segue.bash`).

A number out of its range is moved to the nearest end of it, and a notice says so. It is an error for a
port, a server id, a timeout and `--kill-blockers-after-seconds`; and `--cut-over-lock-timeout-seconds`
out of range leaves the stall budget as it is, with a notice.

### Who logs in

User and password are, in this order: `--user` and `--password`; `--ask-pass`; `[client]` in the `--conf`
file, or else, without `--conf`, in `~/.my.cnf`; the environment variable `MYSQL_PWD`. The password in
`~/.my.cnf` is for the user that is named there, and for no other.

In the `--conf` file a value reaches to the end of its line, `#` and
`;` included; one pair of quotes around it is taken off, backslashes mean nothing, and `${NAME}` is
taken from the environment. `!include FILE` and `!includedir FOLDER` (its files `*.cnf`, by name) are
followed as in MySQL's own option files, ten levels deep; what cannot be included is told and passed
over. Lines that are not used are told by their place. `~/.my.cnf` is read by MySQL's own rules instead: a
`#` begins a comment unless it stands in quotes, and `\s`, `\n`, `\\` and their like stand for a
character. Only `user`, `password` and `ssl-*` of it are used, never a host; one that anybody may write to
is passed over. Nothing is ever shown of an option file, or of an argument that is no flag, that may be a
password, and the password is wiped from the process's arguments at once.

### TLS

| `--ssl-mode` | gh-ost's flags for it | what is promised |
|---|---|---|
| `DISABLED` | none, and the default | nothing is encrypted; the password is never sent in clear text all the same |
| `PREFERRED` | | encrypted where the server offers it. Nothing is checked, and nobody is warned where it does not |
| `REQUIRED` | `--ssl --ssl-allow-insecure` | encrypted, or nothing is sent; any certificate is taken |
| `VERIFY_CA` | | and one of `--ssl-ca` (or else of the system's) has signed the certificate |
| `VERIFY_IDENTITY` | `--ssl` | and it is for the host that was asked for |

All sessions are made so, to the primary, the replicas, and for the binary log. `--ssl` beside an
`--ssl-mode` that means something else is an error. Where no flag names a mode, `ssl-mode` of `~/.my.cnf`
counts, or else `VERIFY_CA` if it has an `ssl-ca`, `REQUIRED` if it has an `ssl-cert`.

### SIGHUP

SIGHUP makes Segue read the `--conf` file again: connections made from then on log in with what it says
(where the server denies that, with what it said at the start, and a warning says so), open ones stay.
Nothing else can be changed so. A terminal that goes away, which sends SIGHUP, ends nothing.
)";

std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

struct flag_counts {
    std::size_t known = 0;
    std::size_t told = 0;     ///< Of the known ones.
    std::size_t refused = 0;  ///< Not among the known ones.
    std::size_t of_gh_ost = 0;
};

flag_counts counts() {
    flag_counts made;
    for (const auto& entry : flags()) {
        if (entry.difference == "a flag of Segue's own") continue;
        ++(entry.answered_by == flag_answer::refusal ? made.refused : made.known);
        if (entry.answered_by == flag_answer::notice) ++made.told;
    }
    made.of_gh_ost = made.known + made.refused;
    return made;
}

std::string text_of(const std::string& path) {
    std::ostringstream written;
    written << std::ifstream(path).rdbuf();
    return written.str();
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
    text += fmt::format(
        "\n## Not there yet\n\nOf gh-ost's {} flags {} are known, {} of them without an effect: "
        "each "
        "of these is\nanswered with one notice, whatever the log level. {} are refused with exit "
        "code "
        "1, as what they ask for\nis yet to come.\n",
        counts().of_gh_ost, counts().known, counts().told, counts().refused);
    return text;
}

TEST(flags_page, says_what_the_table_says) {
    if (std::getenv("SEGUE_WRITE_DOCS") != nullptr) std::ofstream(SEGUE_FLAGS_PAGE) << page();
    EXPECT_EQ(text_of(SEGUE_FLAGS_PAGE), page()) << "run this test with SEGUE_WRITE_DOCS=1";
}

// As gh-ost has them at 145799e.
TEST(flags_page, every_flag_of_gh_osts_is_in_the_table) {
    EXPECT_EQ(counts().of_gh_ost, 108U);
}

TEST(flags_page, the_readme_says_how_far_the_command_line_is_gh_osts) {
    EXPECT_NE(text_of(SEGUE_README)
                  .find(fmt::format("{} of gh-ost's {} flags", counts().known, counts().of_gh_ost)),
              std::string::npos);
}

TEST(flags_page, the_table_has_each_flag_once_and_groups_together) {
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
        EXPECT_EQ(entry.answered_by == flag_answer::notice,
                  entry.meaning.starts_with("Has no effect"))
            << entry.name;
    }
}

}  // namespace
}  // namespace segue::cli
