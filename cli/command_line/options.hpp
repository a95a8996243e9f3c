#pragma once

#include "cli/login/login.hpp"
#include "cli/login/surroundings.hpp"
#include "src/base/log.hpp"
#include "src/base/table_name.hpp"
#include "src/metrics/statsd_address.hpp"
#include "src/migration/settings.hpp"
#include "src/views/task.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace segue::cli {

/// Where a run takes commands.
struct serving_settings {
    /// --serve-socket-file. Empty (the default): gh-ost's default path, by schema and table.
    std::string socket_file = {};
    /// --serve-tcp-port. Zero (the default): not over TCP.
    std::uint16_t tcp_port = 0;
    /// --serve-tcp-host: the address on which that port is.
    std::string tcp_host = "127.0.0.1";
};

/// The operator's own programs at certain moments of a run.
struct hook_settings {
    /// --hooks-path. Empty (the default): there are none.
    std::string path = {};
    /// --hooks-hint, --hooks-hint-owner, --hooks-hint-token: handed on to each hook.
    std::string hint = {};
    std::string hint_owner = {};
    std::string hint_token = {};
    /// --hooks-status-interval. Zero: the status hook is not run.
    std::chrono::seconds status_interval{60};
    /// --hooks-timeout-seconds: then a hook is ended. Zero (the default): it may take for ever.
    std::chrono::seconds timeout{0};
    /// --exact-rowcount: gh-ost has a hook for the end of that count.
    bool rowcount = false;
};

/// Where a run tells how far it is, beside the terminal.
struct metrics_settings {
    /// --statsd-addr. Unset (the default): nowhere.
    std::optional<metrics::statsd_address> statsd;
    /// --statsd-tags: `key:value` each, of every value.
    std::vector<std::string> tags;
};

/// What `segue expand` is asked for, as written.
struct expand_flags {
    std::string column = {};   ///< --column
    std::string up = {};       ///< --up
    std::string down = {};     ///< --down
    std::string rename = {};   ///< --rename, in place of these three.
    std::string order = {};    ///< --trigger-order
    std::string definer = {};  ///< --definer
};

/// What `segue contract` is asked for.
struct contract_flags {
    std::string drop = {};     ///< --drop: the old column goes. Empty: it is --abandon.
    std::string abandon = {};  ///< --abandon: the new one goes.
    std::string indexes = {};  ///< --indexes: "move", "drop", or empty: there must be none.
    std::chrono::seconds unused_for{604'800};  ///< --unused-for
    bool despite_use = false;                  ///< --despite-use
    std::vector<wire::endpoint> watched = {};  ///< --watch
};

/// What `segue split` is asked for, beside --where.
struct split_flags {
    std::string into = {};       ///< --into
    std::string columns = {};    ///< --columns
    std::string create = {};     ///< --create. Empty: the table has to be there.
    std::string flag_file = {};  ///< --finish-flag-file. Empty: none.
    bool locked = false;         ///< --finish=lock
    bool when_copied = false;    ///< --finish-when-copied
};

/// What the process was asked to do. Const after parsing.
struct options {
    migration::settings run;
    login_flags login_from;  ///< What the connection's user and password were found by.
    bool execute = false;    ///< Else a rehearsal.
    serving_settings serving;
    hook_settings hooks;
    metrics_settings metrics;
    /// --force-named-cut-over, --force-named-panic: these commands have to name the table.
    bool force_named_cut_over = false;
    bool force_named_panic = false;
    log::level log_level = log::level::error;
    bool json = false;        ///< --json: on stdout one JSON object a line.
    std::string report_file;  ///< --report. Empty: no report is written.
    /// --with-database, --with-table, of `segue verify`: what the table is compared with.
    table_name compared_with = {};
    /// --where and --touch, of `segue backfill`. Empty (the default): all rows.
    std::string where = {};  ///< Of `segue split`, too.
    bool touch = false;      ///< Of `segue expand`, too.
    expand_flags expand;
    contract_flags contract;
    split_flags split;  ///< --from is run.request.original.
    /// --as, --view, --map and --sql-security, of `segue views`, and --drop.
    views::task views = {};
    bool drop = false;
};

/// What the first word asks for.
enum class job {
    migrate,   ///< There is none.
    clean_up,  ///< `segue cleanup`
    verify,    ///< `segue verify`
    backfill,  ///< `segue backfill`
    expand,    ///< `segue expand`
    contract,  ///< `segue contract`
    split,     ///< `segue split`
    views,     ///< `segue views`
    status     ///< `segue status --database`: without that flag it asks a socket (cli/remote).
};

/// What main() has to do: go on with `run`, or else end with `exit_code`.
struct command_line {
    std::optional<options> run;
    job asked = job::migrate;  ///< Of the others `run` says of which table, and where.
    int exit_code = 0;
    std::string output;                ///< For stdout, with its line end.
    std::string fatal;                 ///< For a FATAL line on stderr; empty: none.
    std::vector<std::string> notices;  ///< To be told once, whatever the log level.
    bool json = false;                 ///< --json, also where there is no `run`.
    std::string report_file;           ///< --report, also where there is no `run`.
};

/// Reads the arguments behind the program's name (see take_arguments()). With `cleanup`, `verify`,
/// `backfill`, `expand`, `contract`, `split` or `views` as the first of them the flags of a run
/// mean what they mean for one, and --alter is not needed; those that mean nothing to it are
/// refused. Exit codes: 2 for flags that are unknown or cannot be read, with a line on it as
/// `output`; 1 for anything else that is wrong, with `fatal`; 0 for --help, --version and
/// --check-flag. May block in ask_password. Does not throw for what a user can do wrong.
command_line read_command_line(const std::vector<std::string>& arguments,
                               const surroundings& outside);

}  // namespace segue::cli
