#include "cli/command_line/command_help.hpp"

#include "cli/command_line/flags_of_a_backfill.hpp"
#include "cli/command_line/flags_of_a_contract.hpp"
#include "src/base/nearest_names.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::cli {
namespace {

struct command {
    std::string_view name;
    job does;
};
// Beside `ctl`, which takes no flags of these (cli/remote).
constexpr std::array<command, 8> commands{{{"backfill", job::backfill},
                                           {"cleanup", job::clean_up},
                                           {"contract", job::contract},
                                           {"expand", job::expand},
                                           {"split", job::split},
                                           {"status", job::status},
                                           {"verify", job::verify},
                                           {"views", job::views}}};

// Where the server is, who logs in, and which table it is.
std::vector<std::string_view> with_common_flags(std::vector<std::string_view> own) {
    constexpr std::string_view common[] = {"host",
                                           "port",
                                           "socket",
                                           "user",
                                           "password",
                                           "ask-pass",
                                           "conf",
                                           "ssl",
                                           "ssl-ca",
                                           "ssl-cert",
                                           "ssl-key",
                                           "ssl-mode",
                                           "ssl-allow-insecure",
                                           "mysql-timeout",
                                           "database",
                                           "table",
                                           "json",
                                           "verbose",
                                           "debug",
                                           "quiet",
                                           "check-flag",
                                           "version",
                                           "help"};
    own.insert(own.begin(), std::begin(common), std::end(common));
    return own;
}

command_help help_of_verify() {
    return {
        .about =
            "Usage: segue verify --host HOST --database DB --table TABLE --with-table OTHER ...\n"
            "\n"
            "Compares two tables that nobody writes to, by key, and says which rows differ. With\n"
            "--alter, OTHER is to be what it makes of TABLE: its rows and its definition. Neither\n"
            "is locked or written to; --alter and --set are tried on empty tables beside TABLE,\n"
            "which are dropped again (that needs CREATE, ALTER, INSERT and DROP).\n",
        .flags = with_common_flags({"with-table",
                                    "with-database",
                                    "alter",
                                    "set",
                                    "allow-nondeterministic",
                                    "approve-renamed-columns",
                                    "skip-renamed-columns",
                                    "allow-zero-in-date",
                                    "force-table-names",
                                    "verify",
                                    "threads",
                                    "chunk-time",
                                    "chunk-size",
                                    "nice-ratio",
                                    "default-retries",
                                    "max-load",
                                    "critical-load",
                                    "critical-load-interval-millis",
                                    "critical-load-hibernate-seconds",
                                    "throttle-query",
                                    "throttle-http",
                                    "throttle-http-interval-millis",
                                    "throttle-http-timeout-millis",
                                    "ignore-http-errors",
                                    "throttle-flag-file",
                                    "throttle-additional-flag-file",
                                    "report"}),
        .meanings =
            {{"host", "The server on which the tables are compared: the one that is named"},
             {"table", "The table whose rows are compared with those of --with-table"},
             {"database", "Schema of the table"},
             {"alter",
              "What is to make the other table out of this one: the options of ALTER TABLE"},
             {"set",
              "What --set of the migration gave a column of the other table: an SQL expression "
              "over the row as it was; once for each column"},
             {"default-retries",
              "Failures in a row of one operation that are tried again before the comparison "
              "ends, 1 to 100000; lost connections do not count"},
             {"throttle-flag-file",
              "The comparison waits while this file exists; one that cannot be looked at counts "
              "as there"},
             {"critical-load",
              "The comparison ends when a status variable is at or above its limit"},
             {"critical-load-hibernate-seconds",
              "It does not end, but waits for so long; 0: it ends"},
             {"verify",
              "How many of the rows are compared: full, or sample=N%, so many of a "
              "hundred ranges"},
             {"force-table-names",
              "The empty tables on which --alter and --set are tried have NAME in their names, in "
              "place of the table's own"}},
        .value_names = {{"verify", "full|sample=N%"}},
        .ends =
            "Exit code: 0 they are equal; 4 they differ; 1 it was refused, stopped, or could "
            "not be done;\n2 the command line cannot be read. More: docs/what-if.md\n"};
}

command_help help_of_cleanup() {
    return {
        .about =
            "Usage: segue cleanup --host HOST --database DB --table TABLE [--execute] ...\n"
            "\n"
            "Shows what migrations of TABLE that have ended left behind, and with --execute "
            "drops it.\n",
        .flags =
            with_common_flags({"execute", "alter", "initially-drop-ghost-table", "ok-to-drop-table",
                               "force-table-names", "timestamp-old-table"}),
        .meanings = {{"host", "The server on which the tables are"},
                     {"execute", "Drop what is shown. Without it, nothing is changed"},
                     {"alter",
                      "The ALTER TABLE of a migration; here it does no more than name the table"},
                     {"table", "The table of the migrations; --alter may name it instead"},
                     {"initially-drop-ghost-table",
                      "With --execute: drop also tables of the names that a run gives its own of "
                      "which it is not known whose they are"},
                     {"ok-to-drop-table",
                      "With --execute: drop the old table, too, while the state of the run that "
                      "swapped is there"},
                     {"force-table-names", "The name that the migration was given by this flag"}},
        .ends =
            "Exit code: 0 done; 1 it was refused, stopped, or could not be done; 2 the "
            "command line cannot\nbe read. More: docs/what-if.md\n"};
}

command_help help_of_views() {
    return {
        .about =
            "Usage: segue views --host HOST --database DB --as SCHEMA [--map TABLE.NAME=COLUMN "
            "...]\n"
            "       segue views --host HOST --database DB --table TABLE --view NAME [--map "
            "NAME=COLUMN ...]\n"
            "       segue views --host HOST --database DB --as SCHEMA --drop\n"
            "\n"
            "Makes views that are written through, in which old names of columns live on: over "
            "all\n"
            "tables, in a schema of their own, or one beside its table. It shows each CREATE "
            "VIEW,\n"
            "and each view is tried on an empty copy of its table, which is dropped again; with\n"
            "--execute they are made. Run again it finds nothing to do, or replaces what has\n"
            "changed. --drop drops what was made, and nothing else.\n",
        .flags = with_common_flags({"as", "view", "map", "sql-security", "drop", "execute",
                                    "assume-master-host", "master-user", "master-password"}),
        .meanings =
            {{"host", "The primary, or a replica, from which it is looked for"},
             {"database", "Schema of the tables"},
             {"table", "Of --view: the table that it is over"},
             {"execute", "Do what is shown. Without it, nothing is changed"},
             {"map",
              "NAME lives on in the view, made from the table's COLUMN; once for each name. "
              "With --as the table is named before it"},
             {"as", "Make a schema of views over all tables of --database"},
             {"view", "Make one view over --table, beside it"},
             {"drop", "Drop what was made for --as or --view, and nothing else"},
             {"sql-security",
              "With whose rights a view is used, its user's or those of the account that "
              "made it"}},
        .ends =
            "Exit code: 0 done, or there is nothing to do; 1 it was refused, stopped, or could not "
            "be done\nin full; 2 the command line cannot be read. More: docs/views.md\n"};
}

command_help help_of_expand() {
    return {
        .about =
            "Usage: segue expand --host HOST --database DB --table TABLE --rename OLD=NEW ...\n"
            "       segue expand ... --column \"NEW TYPE\" --up \"NEW = EXPRESSION\" --down \"OLD "
            "= "
            "EXPRESSION\"\n"
            "\n"
            "Gives a column a second name: both are kept right by a pair of triggers, and all "
            "rows\n"
            "are filled, so that code that knows either may read and write. Without --execute, a\n"
            "rehearsal.\n",
        .flags = with_common_flags(flags_of_an_expand()),
        .meanings = {{"table", "The table of the column"},
                     {"database", "Schema of the table"},
                     {"host", "The primary, or a replica that knows it"},
                     {"cut-over-stall-budget-millis",
                      "How long the application may wait for one statement that takes the table's "
                      "lock: the column, and each trigger"},
                     {"execute",
                      "Do it. Without it, a rehearsal: everything is checked, the triggers are "
                      "tried on an empty table with some of the rows, and the table is not "
                      "touched"}},
        .value_names = {},
        .ends =
            "Exit code: 0 every row is in step: new code may be deployed; 4 rows hold pairs that "
            "disagree;\n1 it was refused, stopped, or could not be done; 2 the command line cannot "
            "be read. More:\ndocs/expand.md\n"};
}

command_help help_of_status() {
    return {.about =
                "Usage: segue status --database DB --host HOST ... [--json]\n"
                "       segue status [--socket PATH | --host HOST --port PORT] [--json] [--watch]\n"
                "\n"
                "With --database: tells what is going on in that schema, since when, and by whom, "
                "as runs\nhave written it down in tables there: migrations, backfills, expanded "
                "columns, views.\nWithout it, asks the runs of this machine: see `segue status "
                "--help`.\n",
            .flags = with_common_flags({}),
            .meanings = {{"host", "The server with the schema; a replica will do"},
                         {"database", "The schema"}},
            .value_names = {},
            .ends =
                "Exit code: 0 it was looked at; 1 it could not be; 2 the command line cannot "
                "be read. More:\ndocs/interactive-commands.md\n"};
}

command_help help_of_contract() {
    return {
        .about =
            "Usage: segue contract --host HOST --database DB --table TABLE --drop OLD ...\n"
            "       segue contract --host HOST --database DB --table TABLE --abandon NEW ...\n"
            "\n"
            "Ends what `segue expand` has begun, by a migration: the old column goes, and the new\n"
            "one takes its place; or the new one goes, and the old one stays as it was. It shows\n"
            "first who still uses the old column, and refuses while anybody does. Without\n"
            "--execute, a rehearsal.\n",
        .flags = flags_of_a_contract(),
        .meanings = {{"table", "The table of the column"},
                     {"database", "Schema of the table"},
                     {"drop", "The old column, which goes"},
                     {"abandon", "The new column, which goes in place of the old one"},
                     {"execute",
                      "Do it. Without it, a rehearsal: everything but the rows is checked, who "
                      "uses the old column is told, and the table is not touched"}},
        .value_names = {{"drop", "COLUMN"}},
        .ends =
            "Exit code: 0 the column is gone; 1 it was refused, stopped, or could not be done; the "
            "others\nare a migration's (docs/exit-codes.md). More: docs/contract.md\n",
        .with_value = {"drop"}};
}

// Its tables have flags of their own.
std::vector<std::string_view> all_flags_of_a_split() {
    auto flags = with_common_flags(flags_of_a_split());
    std::erase(flags, "table");
    return flags;
}

command_help help_of_split() {
    return {
        .about =
            "Usage: segue split --host HOST --database DB --from TABLE --into OTHER\n"
            "                   --columns \"TARGET=SOURCE, ...\" [--where CONDITION] ...\n"
            "\n"
            "Fills a second table from the first and keeps it in step, by the binary log, until "
            "it\n"
            "is told to finish; every row is compared before. Without --execute, a rehearsal.\n",
        .flags = all_flags_of_a_split(),
        .meanings = {{"database", "Schema of both tables"},
                     {"host", "The primary, or a replica whose binary log is read"},
                     {"where",
                      "The rows of --from that are to be in --into, by a condition over the row's "
                      "own columns; without it all rows. One that ceases to match goes"},
                     {"cut-over-stall-budget-millis",
                      "Of --finish=lock: how long the application may wait for one attempt to lock "
                      "both tables"},
                     {"execute",
                      "Do it. Without it, a rehearsal: everything is checked, the first rows are "
                      "written to an empty table that is dropped again, and shown"}},
        .value_names = {},
        .ends =
            "Exit code: 0 the split has ended, and every row was right; 1 it was refused, stopped, "
            "or could not\nbe done; 2 the command line cannot be read. More: docs/split.md\n"};
}

}  // namespace

std::optional<command_help> help_of(job of) {
    if (of == job::status) return help_of_status();
    if (of == job::contract) return help_of_contract();
    if (of == job::views) return help_of_views();
    if (of == job::verify) return help_of_verify();
    if (of == job::clean_up) return help_of_cleanup();
    if (of == job::expand) return help_of_expand();
    if (of == job::split) return help_of_split();
    return std::nullopt;
}

std::optional<std::vector<std::string_view>> flags_of(job of) {
    if (of == job::backfill) {
        const auto known = flags_of_a_backfill();
        return with_common_flags({known.begin(), known.end()});
    }
    if (auto own = help_of(of)) return std::move(own->flags);
    return std::nullopt;
}

job job_called(std::string_view word) {
    const auto* const found = std::ranges::find(commands, word, &command::name);
    return found == commands.end() ? job::migrate : found->does;
}

std::string foreign_flag_text(job of, std::string_view flag) {
    if (of == job::backfill)
        return fmt::format(
            "--{} means nothing to `segue backfill`, which makes no new table and follows no "
            "binary log. docs/backfill.md lists the flags that it knows",
            flag);
    const std::string_view command = std::ranges::find(commands, of, &command::does)->name;
    return fmt::format(
        "--{} means nothing to `segue {}`. `segue {} --help` lists the flags that "
        "it knows",
        flag, command, command);
}

std::string unknown_command_text(std::string_view word) {
    std::vector<std::string> names{"ctl"};
    for (const command& one : commands) names.emplace_back(one.name);
    std::ranges::sort(names);
    const auto but_the_last = std::span(names).first(names.size() - 1);
    const std::string known = fmt::format("{} and {}", fmt::join(but_the_last, ", "), names.back());
    if (word == "help") return fmt::format("did you mean --help? The commands are {}", known);
    const auto near = nearest_names(word, names, 1);
    // Another word is not shown: it may be a password.
    if (near.empty())
        return fmt::format("argument 1 is a stray word: only flags are expected, or a command: {}",
                           known);
    return fmt::format("there is no such command; did you mean {}? The commands are {}",
                       near.front(), known);
}

}  // namespace segue::cli
