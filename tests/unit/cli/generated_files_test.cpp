// The man page and the completion for bash, made from the table of flags as docs/flags.md is, from
// the flags of `segue ctl` and `segue status`, and from the table of commands.
#include "cli/command_line/command_help.hpp"
#include "cli/command_line/flags.hpp"
#include "cli/remote.hpp"
#include "cli/running/interactive.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

std::string text_of(const std::string& path) {
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

void expect_written(const std::string& path, const std::string& wanted) {
    if (std::getenv("SEGUE_WRITE_DOCS") != nullptr) std::ofstream(path) << wanted;
    EXPECT_EQ(text_of(path), wanted) << "run this test with SEGUE_WRITE_DOCS=1";
}

/// Text as troff shows it, character by character: a minus is one that can be copied into a shell,
/// and no line of it is a request. https://man7.org/linux/man-pages/man7/man-pages.7.html
std::string troff(std::string_view text) {
    std::string made;
    for (const char c : text) {
        if (c == '\\')
            made += "\\e";
        else if (c == '-')
            made += "\\-";
        else if ((c == '.' || c == '\'') && (made.empty() || made.back() == '\n'))
            made.append("\\&").push_back(c);
        else
            made += c;
    }
    return made;
}

constexpr std::string_view man_head =
    R"(.\" Generated from cli/command_line/flags.cpp by the test generated_files, with SEGUE_WRITE_DOCS=1.
.TH SEGUE 1 "" "Segue" "User Commands"
.SH NAME
segue \- change the schema of a MySQL table while it is read and written
.SH SYNOPSIS
.B segue
\fB\-\-alter\fR \fIALTER\fR \fB\-\-database\fR \fINAME\fR \fB\-\-table\fR \fINAME\fR [\fIflags\fR] [\fB\-\-execute\fR]
.br
.B segue status
[\fB\-\-json\fR] [\fB\-\-watch\fR] [\fB\-\-socket\fR \fIPATH\fR | \fB\-\-host\fR \fIHOST\fR \fB\-\-port\fR \fIPORT\fR] [\fB\-\-timeout\fR \fISECONDS\fR]
.br
.B segue cleanup
\fB\-\-database\fR \fINAME\fR \fB\-\-table\fR \fINAME\fR [\fIflags\fR] [\fB\-\-execute\fR]
.br
.B segue verify
\fB\-\-database\fR \fINAME\fR \fB\-\-table\fR \fINAME\fR \fB\-\-with\-table\fR \fINAME\fR [\fIflags\fR]
.br
.B segue backfill
\fB\-\-database\fR \fINAME\fR \fB\-\-table\fR \fINAME\fR \fB\-\-set\fR \fICOLUMN=EXPRESSION\fR [\fB\-\-where\fR \fICONDITION\fR] [\fIflags\fR] [\fB\-\-execute\fR]
.br
.B segue expand
\fB\-\-database\fR \fINAME\fR \fB\-\-table\fR \fINAME\fR \fB\-\-rename\fR \fIOLD=NEW\fR [\fIflags\fR] [\fB\-\-execute\fR]
.br
.B segue contract
\fB\-\-database\fR \fINAME\fR \fB\-\-table\fR \fINAME\fR (\fB\-\-drop\fR | \fB\-\-abandon\fR) \fICOLUMN\fR [\fIflags\fR] [\fB\-\-execute\fR]
.B segue split
\fB\-\-database\fR \fINAME\fR \fB\-\-from\fR \fINAME\fR \fB\-\-into\fR \fINAME\fR \fB\-\-columns\fR \fITARGET=SOURCE,...\fR [\fB\-\-where\fR \fICONDITION\fR] [\fIflags\fR] [\fB\-\-execute\fR]
.br
.B segue views
\fB\-\-database\fR \fINAME\fR (\fB\-\-as\fR \fISCHEMA\fR | \fB\-\-table\fR \fINAME\fR \fB\-\-view\fR \fINAME\fR) [\fB\-\-map\fR \fI[TABLE.]NAME=COLUMN\fR] [\fB\-\-drop\fR] [\fIflags\fR] [\fB\-\-execute\fR]
.br
.B segue ctl
[\fB\-\-socket\fR \fIPATH\fR | \fB\-\-host\fR \fIHOST\fR \fB\-\-port\fR \fIPORT\fR] [\fB\-\-timeout\fR \fISECONDS\fR] \fICOMMAND\fR
.SH DESCRIPTION
Segue makes a second table with the new schema, copies the rows, keeps it in step from the binary
log, and swaps the two names. Without \fB\-\-execute\fR it is a rehearsal: everything is checked, what
a run would meet is told, and the table is not touched.
.PP
A run that is at work is asked by \fBsegue status\fR and steered by \fBsegue ctl\fR. What one that
has ended left \fBsegue cleanup\fR shows, and drops with \fB\-\-execute\fR. \fBsegue verify\fR compares
two tables that nobody writes to, by key. \fBsegue backfill\fR sets columns of a table in place, in
chunks behind the same throttles; \fBsegue expand\fR gives a column a second name, and keeps both right;
\fBsegue contract\fR takes one of the two away, by a migration;
\fBsegue split\fR fills a second table from the first, and keeps it in step until it is told to finish;
\fBsegue views\fR makes views that are written through, in which old names of columns live on. Each says
what it would do, and does it with \fB\-\-execute\fR.
.PP
Flags are written with one minus or two; a value follows as \fB\-\-name=value\fR or \fB\-\-name
value\fR. A boolean is on by its name alone, and off by \fB\-\-name=false\fR.
)";

constexpr std::string_view man_foot =
    R"(.SH EXIT STATUS
.TP
.B 0
Done: the tables are swapped, or no check of the rehearsal failed. Of \fBsegue verify\fR: the tables
are equal. Of \fBsegue cleanup\fR and \fBsegue ctl\fR: it was done. Of \fBsegue status\fR: a run answered.
.TP
.B 1
Refused or stopped, by a signal as well; the original is untouched.
.TP
.B 2
The flags cannot be read.
.TP
.B 3
It is not known whether the tables were swapped.
.TP
.B 4
Of \fBsegue verify\fR: the tables differ. Of \fBsegue backfill\fR: done, but rows hold another value. Of
\fBsegue expand\fR: done, but rows hold pairs that disagree.
.SH ENVIRONMENT
.TP
.B MYSQL_PWD
The password, where nothing else gives one.
.TP
.B NO_COLOR
No colours on a terminal.
.SH FILES
.TP
.I ~/.my.cnf
User, password and \fIssl\-*\fR of its [client] section, where no flag and no \fB\-\-conf\fR gives them.
.TP
.I /tmp/gh\-ost.SCHEMA.TABLE.sock
Where a run takes commands, unless \fB\-\-serve\-socket\-file\fR names another.
)";

std::string man_page() {
    std::string text(man_head);
    text += ".SH OPTIONS\n";
    std::string_view group;
    for (const auto& entry : flags()) {
        if (entry.group != group) text += fmt::format(".SS {}\n", troff(entry.group));
        group = entry.group;
        text += fmt::format(
            ".TP\n\\fB\\-\\-{}\\fR{}\n{}.\n", troff(entry.name),
            entry.value_name.empty() ? "" : fmt::format(" \\fI{}\\fR", troff(entry.value_name)),
            troff(entry.meaning));
        if (!entry.default_text.empty() && entry.default_text != "false")
            text += fmt::format("Default: {}.\n", troff(entry.default_text));
    }
    return text.append(man_foot);
}

constexpr std::string_view completion_head =
    R"(# Completion of segue's flags and commands for bash. Generated from cli/command_line/flags.cpp, cli/remote.cpp
# and cli/running/interactive.cpp by the test generated_files, with SEGUE_WRITE_DOCS=1.
_segue() {
    local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # "=" is a word of its own, unless COMP_WORDBREAKS was changed.
    if [[ $word == = ]]; then
        word=
    elif [[ $flag == = ]]; then
        flag=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    [[ $flag != -[!-]* ]] || flag=-$flag
    case $flag in
)";

constexpr std::string_view completion_foot =
    R"(    esac
    case ${COMP_WORDS[1]} in
        ctl)
            # Behind a command, and within its value, nothing is known.
            [[ $flag == json || $'\n'$_segue_commands$'\n' != *$'\n'"$flag"[=$'\n']* ]] || return
            mapfile -t COMPREPLY < <(compgen -W "$_segue_ctl_flags $_segue_commands" -- "$word")
            # Its value follows at once.
            [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
            ;;
        status) mapfile -t COMPREPLY < <(compgen -W "$_segue_status_flags" -- "$word") ;;
)";

constexpr std::string_view completion_end =
    R"(        *)
            local all=$_segue_flags
            ((COMP_CWORD != 1)) || all+=' backfill cleanup contract ctl expand split status verify views'
            mapfile -t COMPREPLY < <(compgen -W "$all" -- "$word")
            ;;
    esac
}
complete -o default -F _segue segue
)";

bool names_a_file(const flag& entry) {
    return entry.value_name == "FILE" || entry.value_name == "PATH" || entry.value_name == "FOLDER";
}

/// Alternatives of a case, in lines.
std::string alternatives(const std::vector<std::string>& names) {
    std::string text;
    std::string line = "        ";
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto word = names[i] + (i + 1 < names.size() ? " | " : ")");
        if (line.size() + word.size() > 100) {
            text += line + "\\\n";
            line = "            ";
        }
        line += word;
    }
    return text + line + "\n";
}

/// An assignment of lines to a variable of the shell.
std::string assigned(std::string_view variable, const std::vector<std::string>& lines) {
    return fmt::format("{}='{}'\n", variable, fmt::join(lines, "\n"));
}

std::vector<std::string> names_of(const std::vector<remote_flag>& all) {
    std::vector<std::string> names;
    for (const auto& one : all) names.push_back(one.name);
    return names;
}

/// Commands that take some of a migration's flags.
constexpr std::array<std::pair<std::string_view, job>, 7> with_flags_of_their_own{
    {{"backfill", job::backfill},
     {"cleanup", job::clean_up},
     {"contract", job::contract},
     {"expand", job::expand},
     {"split", job::split},
     {"verify", job::verify},
     {"views", job::views}}};

/// In the order of the table.
std::vector<std::string> flags_that_mean_something_to(job of) {
    const auto known = flags_of(of).value();
    std::vector<std::string> names;
    for (const auto& entry : flags())
        if (std::ranges::count(known, entry.name) > 0)
            names.push_back(fmt::format("--{}", entry.name));
    return names;
}

/// Of a socket, and of a server.
std::vector<std::string> flags_of_both_kinds_of_status() {
    auto names = flags_that_mean_something_to(job::status);
    for (const auto& one : remote_flags("status"))
        if (std::ranges::count(names, one.name) == 0) names.push_back(one.name);
    return names;
}

std::string completion() {
    std::vector<std::string> files;
    std::vector<std::string> values;
    std::vector<std::string> names;
    for (const auto& entry : flags()) {
        const auto name = fmt::format("--{}", entry.name);
        names.push_back(name);
        if (entry.kind == flag_kind::boolean || entry.name == "ssl-mode") continue;
        (names_a_file(entry) ? files : values).push_back(name);
    }
    for (const auto& one : remote_flags("ctl"))
        if (one.takes_value && std::ranges::count(names, one.name) == 0) values.push_back(one.name);
    std::vector<std::string> commands;
    for (const auto& one : interactive::names())
        commands.push_back(one.name + (one.needs_value ? "=" : ""));
    std::string cases;
    std::string assignments;
    for (const auto& [command, of] : with_flags_of_their_own) {
        cases += fmt::format(
            "        {0}) mapfile -t COMPREPLY < <(compgen -W \"$_segue_{0}_flags\" -- \"$word\") "
            ";;\n",
            command);
        assignments +=
            assigned(fmt::format("_segue_{}_flags", command), flags_that_mean_something_to(of));
    }
    return std::string(completion_head) +
           "        --ssl-mode)\n"
           "            local modes='DISABLED PREFERRED REQUIRED VERIFY_CA VERIFY_IDENTITY'\n"
           "            mapfile -t COMPREPLY < <(compgen -W \"$modes\" -- \"$word\")\n"
           "            return\n            ;;\n" +
           alternatives(files) +
           "            mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
           "            return\n            ;;\n" +
           alternatives(values) + "            return\n            ;;\n" +
           std::string(completion_foot) + cases + std::string(completion_end) +
           assigned("_segue_flags", names) + assignments +
           assigned("_segue_ctl_flags", names_of(remote_flags("ctl"))) +
           assigned("_segue_status_flags", flags_of_both_kinds_of_status()) +
           assigned("_segue_commands", commands);
}

/// What bash offers behind these words, the last of which is being written.
std::vector<std::string> offered(const std::vector<std::string>& words) {
    std::string array;
    for (const auto& word : words) array += " '" + word + "'";
    const auto command = fmt::format(
        "bash --norc --noprofile -c \"source '{}'; COMP_WORDS=({}); COMP_CWORD={}; _segue; "
        "printf '%s\\\\n' \\\"\\${{COMPREPLY[@]}}\\\"\"",
        SEGUE_COMPLETION, array, words.size() - 1);
    const std::unique_ptr<FILE, int (*)(FILE*)> from(::popen(command.c_str(), "r"), &::pclose);
    std::string told;
    std::array<char, 4096> block{};
    while (const auto count = std::fread(block.data(), 1, block.size(), from.get()))
        told.append(block.data(), count);
    std::vector<std::string> found;
    for (std::size_t at = 0, end = 0; (end = told.find('\n', at)) != std::string::npos;
         at = end + 1)
        if (end > at) found.push_back(told.substr(at, end - at));
    return found;
}

TEST(generated_files, the_man_page_says_what_the_table_says) {
    expect_written(SEGUE_MAN_PAGE, man_page());
}

TEST(generated_files, the_completion_knows_what_the_table_has) {
    expect_written(SEGUE_COMPLETION, completion());
}

TEST(generated_files, a_line_of_text_is_no_request_of_troff) {
    EXPECT_EQ(troff(".my.cnf\n'x' a-b \\"), "\\&.my.cnf\n\\&'x' a\\-b \\e");
    EXPECT_THAT(man_page(), Not(HasSubstr("\n.my")));
}

TEST(generated_files, bash_completes_commands_to_a_running_migration) {
    EXPECT_THAT(offered({"segue", "ctl", "cut"}), ElementsAre("cut-over", "cut-over-now"));
    EXPECT_THAT(offered({"segue", "ctl", "max-"}), ElementsAre("max-lag-millis=", "max-load="));
    EXPECT_THAT(offered({"segue", "ctl", "--socket", "/nowhere/x", "pan"}), ElementsAre("panic"));
    EXPECT_THAT(offered({"segue", "ctl", "json", "su"}), ElementsAre("sup", "suspend"));
    // Flags of a migration, which is none of these.
    EXPECT_THAT(offered({"segue", "ctl", "--alter"}), IsEmpty());
    EXPECT_THAT(offered({"segue", "status", "pan"}), IsEmpty());
    EXPECT_THAT(offered({"segue", "status", "--j"}), ElementsAre("--json"));
    EXPECT_THAT(offered({"segue", "status", "--he"}), ElementsAre("--help"));
    // One command alone, and values that nothing is known of.
    for (const std::vector<std::string>& words : {std::vector<std::string>{"panic", ""},
                                                  {"max-load", "=", ""},
                                                  {"chunk-size", ""},
                                                  {"--timeout", ""},
                                                  {"--port", ""}}) {
        std::vector<std::string> all{"segue", "ctl"};
        all.insert(all.end(), words.begin(), words.end());
        EXPECT_THAT(offered(all), IsEmpty()) << words.front();
    }
}

TEST(generated_files, bash_completes_flags_commands_and_modes) {
    EXPECT_THAT(offered({"segue", "--ssl-c"}), ElementsAre("--ssl-ca", "--ssl-cert"));
    EXPECT_THAT(offered({"segue", "st"}), ElementsAre("status"));
    EXPECT_THAT(offered({"segue", "--execute", "st"}), IsEmpty());
    EXPECT_THAT(offered({"segue", "status", "--w"}), ElementsAre("--watch"));
    EXPECT_THAT(offered({"segue", "status", "--data"}), ElementsAre("--database"));
    EXPECT_THAT(offered({"segue", "ctl", "--s"}), ElementsAre("--socket"));
    EXPECT_THAT(offered({"segue", "--ssl-mode", "VERIFY_"}),
                ElementsAre("VERIFY_CA", "VERIFY_IDENTITY"));
    EXPECT_THAT(offered({"segue", "--ssl-mode", "=", "RE"}), ElementsAre("REQUIRED"));
    EXPECT_THAT(offered({"segue", "-ssl-mode", "="}), IsSupersetOf({"DISABLED", "PREFERRED"}));
    // A value that nothing is known of.
    EXPECT_THAT(offered({"segue", "--table", "--"}), IsEmpty());
    // Of a migration's flags those that mean something.
    EXPECT_THAT(offered({"segue", "verify", "--w"}),
                ElementsAre("--with-table", "--with-database"));
    EXPECT_THAT(offered({"segue", "backfill", "--whe"}), ElementsAre("--where"));
    EXPECT_THAT(offered({"segue", "cleanup", "--exec"}), ElementsAre("--execute"));
    for (const char* const command : {"verify", "backfill", "cleanup"})
        EXPECT_THAT(offered({"segue", command, "--cut-over"}), IsEmpty()) << command;
}

}  // namespace
}  // namespace segue::cli
