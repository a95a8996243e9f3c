#include "cli/flags.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace segue::cli {
namespace {

constexpr auto boolean = flag_kind::boolean;
constexpr auto integer = flag_kind::integer;
constexpr auto real = flag_kind::real;
constexpr auto text = flag_kind::text;

constexpr std::string_view ours = "a flag of Segue's own";
constexpr std::string_view told = "accepted, and answered with a notice";

constexpr std::string_view connection = "Connection";
constexpr std::string_view change = "The change";
constexpr std::string_view copying = "Copying and verifying";
constexpr std::string_view throttling = "Throttling";
constexpr std::string_view cut_over = "Cut-over";
constexpr std::string_view tables = "Tables left from earlier runs";
constexpr std::string_view stream = "Binary log";
constexpr std::string_view output = "Output and help";

constexpr std::array table{
    flag{"host", text, connection, "127.0.0.1", "HOST",
         "The server that the binary log is read from: the primary, or a replica, from which the "
         "primary is looked for",
         ""},
    flag{
        "assume-master-host", text, connection, "", "HOST[:PORT]",
        "The primary, where it cannot be found or reached from the replica --host; port 3306 where "
        "none is given",
        ""},
    flag{"master-user", text, connection, "", "NAME",
         "User on the primary, if it is another one. Needs --assume-master-host", ""},
    flag{"master-password", text, connection, "", "PASSWORD",
         "Password on the primary, if it is another one. Needs --assume-master-host", ""},
    flag{"port", integer, connection, "3306", "PORT", "TCP port of the server", ""},
    flag{"socket", text, connection, "", "PATH",
         "Unix socket of the server; --host and --port are not used then", ours},
    flag{"user", text, connection, "", "NAME",
         "MySQL user; else the one in --conf. One of them must name it",
         "in gh-ost a missing one is the empty name"},
    flag{"password", text, connection, "", "PASSWORD",
         "Password of the user. It is wiped from the process title at once, but better kept in "
         "--conf "
         "or MYSQL_PWD",
         "wiped from the process title; without it and --conf, MYSQL_PWD is read"},
    flag{"ask-pass", boolean, connection, "false", "", "Ask for the password on the terminal",
         "--password comes first where both are given"},
    flag{"conf", text, connection, "", "FILE",
         "Option file whose [client] section may hold user and password; ${NAME} is taken from the "
         "environment; !include and !includedir are followed. Read again at SIGHUP",
         "what is not used is told; a password may hold # and ;, and counts when it is read again"},
    flag{"mysql-timeout", real, connection, "0", "SECONDS",
         "Longest wait to connect, and for an answer to a short statement; 0: 10 to connect, 60 "
         "for an answer",
         "0 is no limit in gh-ost"},
    flag{"ssl", boolean, connection, "false", "",
         "Encrypt connections, and check the server's certificate and its name", ""},
    flag{"ssl-ca", text, connection, "", "FILE",
         "Certificates (PEM) that may sign the server's; empty: the system's. Needs --ssl", ""},
    flag{"ssl-cert", text, connection, "", "FILE", "Certificate (PEM) of the client. Needs --ssl",
         ""},
    flag{"ssl-key", text, connection, "", "FILE", "Key (PEM) of --ssl-cert. Needs --ssl", ""},
    flag{"ssl-allow-insecure", boolean, connection, "false", "",
         "Encrypt, but accept any certificate. Needs --ssl", ""},

    flag{"alter", text, change, "", "ALTER",
         "The change: the options of ALTER TABLE, or a whole ALTER TABLE statement", ""},
    flag{"database", text, change, "", "NAME", "Schema of the table; --alter may name it instead",
         "an error if --alter names another"},
    flag{"table", text, change, "", "NAME", "The table to change; --alter may name it instead",
         "an error if --alter names another"},
    flag{"execute", boolean, change, "false", "",
         "Change the table. Without it, a rehearsal: everything is checked, what a run would meet "
         "is told, and the table is not touched",
         ""},
    flag{"allow-on-master", boolean, change, "false", "",
         "Has no effect: --host may always name the primary", told},

    flag{"threads", integer, copying, "2", "COUNT", "Chunks copied at once, 1 to 64", ours},
    flag{"chunk-size", integer, copying, "", "ROWS",
         "Rows in a chunk, 10 to 100000; empty: as many as --chunk-time allows",
         "1000 in gh-ost; sizes are adapted unless this is given"},
    flag{"chunk-time", integer, copying, "250", "MILLISECONDS",
         "How long copying a chunk should take, 10 to 60000", ours},
    flag{"nice-ratio", real, copying, "0", "RATIO",
         "After a chunk that took t, its worker rests for RATIO times t; 0 to 100", ""},
    flag{
        "default-retries", integer, copying, "60", "COUNT",
        "Failures in a row of one operation that are tried again before the migration stops, at "
        "least 1. Deadlocks, lock waits and what --wait-for-server-seconds is for do not count. So "
        "many attempts to swap that give way postpone the cut-over",
        "the migration stops when the cut-over has failed so often"},
    flag{"wait-for-server-seconds", integer, copying, "600", "SECONDS",
         "What passes by itself (a lost connection, a name that cannot be looked up, read_only, "
         "offline_mode, a full disk, too many connections) is waited for so long, at least 1, "
         "before the migration stops",
         ours},
    flag{"locking-reads", boolean, copying, "false", "",
         "Read rows with FOR SHARE; chosen by itself where the server needs it", ours},
    flag{"exact-rowcount", boolean, copying, "false", "",
         "Has no effect: progress is measured against the server's estimate", told},
    flag{"concurrent-rowcount", boolean, copying, "true", "", "Has no effect: rows are not counted",
         told},

    flag{"max-lag-millis", integer, throttling, "1500", "MILLISECONDS",
         "Copying waits while a replica is further behind, at least 100", ""},
    flag{"throttle-control-replicas", text, throttling, "", "HOST[:PORT],...",
         "Replicas whose lag counts; port 3306 where none is given, IPv6 in brackets", ""},
    flag{"throttle-flag-file", text, throttling, "", "PATH",
         "Copying waits while this file exists; one that cannot be looked at counts as there", ""},
    flag{"throttle-additional-flag-file", text, throttling, "/tmp/gh-ost.throttle", "PATH",
         "The same, for all migrations of a machine", ""},
    flag{"max-load", text, throttling, "", "NAME=LIMIT,...",
         "Copying waits while a status variable is at or above its limit, as Threads_running=25",
         "a variable that the server does not have is an error at the start"},
    flag{"critical-load", text, throttling, "", "NAME=LIMIT,...",
         "The migration ends when a status variable is at or above its limit; the original stays "
         "as it is",
         "a variable that the server does not have is an error at the start"},
    flag{"critical-load-interval-millis", integer, throttling, "0", "MILLISECONDS",
         "It ends only if a limit is reached again so much later; 0: at once",
         "copying, replaying and the swap wait until the second look"},
    flag{"critical-load-hibernate-seconds", integer, throttling, "0", "SECONDS",
         "It does not end, but copying, replaying and the swap wait for so long; 0: it ends",
         "in gh-ost replaying goes on; --critical-load-interval-millis is not used in either"},
    flag{"heartbeat-interval-millis", integer, throttling, "100", "MILLISECONDS",
         "How often the heartbeat is written by which lag is measured, 100 to 1000", ""},

    flag{"postpone-cut-over-flag-file", text, cut_over, "", "PATH",
         "The tables are not swapped while this file exists, or cannot be looked at; it is created "
         "at the start",
         ""},
    flag{"cut-over-stall-budget-millis", integer, cut_over, "500", "MILLISECONDS",
         "Longest time that the swap may keep the application waiting, 10 to 60000", ours},
    flag{"cut-over-lock-timeout-seconds", integer, cut_over, "", "SECONDS",
         "The same in seconds, 1 to 10; --cut-over-stall-budget-millis comes first",
         "3 in gh-ost, and the limit of a single step of the swap there"},
    flag{
        "cut-over-exponential-backoff", boolean, cut_over, "false", "",
        "Pauses between attempts to swap double from 1 s up to --exponential-backoff-max-interval; "
        "else from 0.5 s to 8 s, and to 60 s once the cut-over is postponed",
        "1 s between attempts in gh-ost unless this is given"},
    flag{"exponential-backoff-max-interval", integer, cut_over, "64", "SECONDS",
         "Longest pause with --cut-over-exponential-backoff, at least 2", ""},
    flag{"accept-slow-rename", boolean, cut_over, "false", "",
         "Swap although RENAME TABLE alone, by the partitions of the tables, takes longer than "
         "--cut-over-stall-budget-millis; writes wait that long",
         ours},
    flag{"ignore-old-snapshots", boolean, cut_over, "false", "",
         "Swap although a transaction (a backup) is open whose snapshot is from before the new "
         "table "
         "was complete, and which would see it partly filled",
         ours},
    flag{"kill-blockers-after-seconds", integer, cut_over, "0", "SECONDS",
         "End a session that holds the table once it has kept the swap waiting that long; 0: never",
         ours},

    flag{"ok-to-drop-table", boolean, tables, "false", "",
         "Drop the old table when the migration is done", ""},
    flag{"initially-drop-ghost-table", boolean, tables, "false", "",
         "Drop what an earlier run left (ghost, changelog and checkpoint tables) at the start, "
         "when the ALTER is known to be possible",
         "refused while the run that has them is at work"},
    flag{"initially-drop-old-table", boolean, tables, "false", "",
         "Drop the old table of an earlier run when every check of the start has passed", ""},

    flag{"replica-server-id", integer, stream, "99999", "ID",
         "Server id that the binary log is read with, 1 to 4294967295", ""},
    flag{"assume-rbr", boolean, stream, "false", "",
         "Has no effect: binlog_format is looked at and never changed", told},
    flag{"switch-to-rbr", boolean, stream, "false", "",
         "Has no effect: a binlog_format other than ROW is an error",
         "accepted with a notice; gh-ost changes the setting of the server"},

    flag{"quiet", boolean, output, "false", "", "Log errors only, whatever else is asked for", ""},
    flag{"verbose", boolean, output, "false", "", "Log what happens", ""},
    flag{"debug", boolean, output, "false", "", "Log everything", ""},
    flag{"stack", boolean, output, "false", "", "Has no effect: there are no stack traces", told},
    flag{"help", boolean, output, "false", "", "Show this and exit", ""},
    flag{"version", boolean, output, "false", "", "Show the version and exit", ""},
    flag{"check-flag", boolean, output, "false", "",
         "Only check that all other flags are known and can be read; exit code 0 or 2", ""},
};

}  // namespace

std::span<const flag> flags() {
    return table;
}

const flag& flag_named(std::string_view name) {
    const auto found = std::ranges::find(table, name, &flag::name);
    require(found != table.end(), "flag " + std::string(name) + " is in the table");
    return *found;
}

}  // namespace segue::cli
