#pragma once

#include "cli/login.hpp"
#include "cli/option_values.hpp"
#include "cli/surroundings.hpp"
#include "src/base/log.hpp"
#include "src/base/table_name.hpp"
#include "src/wire/connection_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

/// What a run was asked to do. Const after parsing. The flags of the same names in flags.cpp say
/// what each means and which values it takes.
struct options {
    wire::connection_options connection;
    login_flags login_from;  ///< What `connection`'s user and password were found by.
    std::optional<wire::endpoint> assumed_primary;
    std::string primary_user;      ///< Empty: as on --host.
    std::string primary_password;  ///< Likewise.
    table_name table;              ///< As written; the server may store it in lower case.
    std::string alter;             ///< As written; sql::parse_alter() reads it.
    bool execute = false;

    std::size_t threads = 0;
    std::optional<std::size_t> chunk_rows;  ///< Fixed by --chunk-size; else adapted to chunk_time.
    std::chrono::milliseconds chunk_time{};
    double nice_ratio = 0.0;
    std::size_t default_retries = 0;
    std::chrono::seconds wait_for_server{};
    bool locking_reads = false;

    std::chrono::milliseconds max_lag{};
    std::vector<wire::endpoint> throttle_control_replicas;
    std::string throttle_flag_file;             ///< Empty: none.
    std::string throttle_additional_flag_file;  ///< Empty: none.
    std::vector<status_limit> max_load;
    std::vector<status_limit> critical_load;
    std::chrono::milliseconds critical_load_interval{};  ///< Zero: once is enough.
    std::chrono::seconds critical_load_hibernate{};      ///< Zero: the migration ends.
    std::chrono::milliseconds heartbeat_interval{};

    std::string postpone_cut_over_flag_file;  ///< Empty: none.
    std::chrono::milliseconds cut_over_stall_budget{};
    /// Unset without --cut-over-exponential-backoff.
    std::optional<std::chrono::seconds> cut_over_pause_max;
    bool ignore_old_snapshots = false;
    bool accept_slow_rename = false;
    std::optional<std::chrono::seconds> kill_blockers_after;

    bool ok_to_drop_table = false;
    bool initially_drop_ghost_table = false;
    bool initially_drop_old_table = false;

    std::uint32_t replica_server_id = 0;
    log::level log_level = log::level::error;
};

/// What main() has to do: go on with `run`, or else end with `exit_code`.
struct command_line {
    std::optional<options> run;
    int exit_code = 0;
    std::string output;                ///< For stdout, with its line end.
    std::string fatal;                 ///< For a FATAL line on stderr; empty: none.
    std::vector<std::string> notices;  ///< To be told once, whatever the log level.
};

/// Reads the arguments behind the program's name (see take_arguments()). Exit codes: 2 for flags
/// that are unknown or cannot be read, with a line on it as `output`; 1 for anything else that is
/// wrong, with `fatal`; 0 for --help, --version and --check-flag. May block in ask_password. Does
/// not throw for what a user can do wrong.
command_line read_command_line(const std::vector<std::string>& arguments,
                               const surroundings& outside);

}  // namespace segue::cli
