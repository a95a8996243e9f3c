#pragma once

#include "tests/support/fault_proxy.hpp"
#include "tests/support/table_spec.hpp"
#include "tests/support/workload.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::chaos {

enum class fault_kind {
    kill_segue,        ///< SIGKILL; the same command is run again.
    terminate_segue,   ///< SIGTERM, and again.
    stop_segue,        ///< SIGSTOP for a while.
    kill_connections,  ///< KILL of one or several of anybody's.
    kill_server,       ///< SIGKILL, and started again after a while.
    stop_server,       ///< SIGSTOP for a while.
    cut_network,       ///< Nothing passes between Segue and the server for a while.
    close_network,     ///< All of Segue's connections are closed.
    sever,             ///< One is, in the middle of a packet.
    slow_network,      ///< Everything comes late for a while.
    at_statement,      ///< A certain statement, or its answer, is lost or held up.
    throttle,          ///< By the flag file, for a while.
    pause_replay,      ///< By the command, for a while.
    rotate_log,        ///< A new file of the binary log is begun.
    hold_table,        ///< A transaction has the table open for a while.
    big_change,  ///< One statement changes many rows, in columns that the writers do not know.
    promote      ///< The address leads to the replica from now on.
};
std::string_view name_of(fault_kind kind) noexcept;
const std::vector<fault_kind>& all_fault_kinds();

/// In which part of a run of Segue's something is to happen; `begin` is from its start on.
enum class stage { begin, copy, verify, postponed, cut_over };
std::string_view name_of(stage at) noexcept;

/// When so many more statements have been sent by Segue since this part began. One that is over
/// when its turn comes is passed over.
struct moment {
    stage at = stage::begin;
    std::uint64_t statements = 0;
};

/// What comes with a statement that met a fault, in the same moment.
enum class companion { none, kill_segue, kill_server };

struct planned_fault {
    fault_kind kind = fault_kind::kill_segue;
    moment when = {};
    std::chrono::milliseconds lasting{0};
    /// kill_connections: which, and how many; big_change: which rows; sever: after how many bytes.
    std::uint64_t choice = 0;
    std::uint64_t count = 1;
    std::string statement = {};  ///< at_statement: a part of its text.
    test::network_fault what = test::network_fault::lose_answer;
    companion with = companion::none;

    std::string words() const;
};

/// All that is chosen for a run, by its seed alone.
struct plan {
    std::uint64_t seed = 0;

    // The server.
    std::string version;  ///< As scripts/sandbox takes it.
    bool gtids = true;
    bool with_replica = false;
    bool durable = true;  ///< Else a crash may take back what was answered.
    std::string row_image = "FULL";
    bool partial_json = false;
    bool compressed = false;
    bool ordered_commits = true;  ///< binlog_order_commits
    /// A semi-synchronous replica acknowledges so late; zero: there is none.
    std::chrono::milliseconds late_acknowledgement{0};

    // The table, and the writers.
    test::table_spec table;
    std::uint64_t rows = 0;
    std::vector<std::string> set_up;  ///< On the filled table, whose name is `{}` in it.
    std::string alter;
    test::workload_options writing;

    // Segue.
    unsigned threads = 2;
    std::uint64_t chunk_rows = 100;
    std::string verify = "full";
    unsigned nice_ratio = 0;  ///< How slowly it copies.
    std::chrono::milliseconds stall_budget{3'000};
    /// The writers pause for the swap, so that the tables can be compared row by row. Else they
    /// write on, and only their ledger tells.
    bool quiet_swap = false;
    bool drop_old_table = false;

    std::vector<planned_fault> faults;

    /// Whether what was acknowledged may be gone, with the server's consent.
    bool may_lose_answers() const;
    bool has(fault_kind kind) const;
    std::string words() const;
};

plan plan_of(std::uint64_t seed);

}  // namespace segue::chaos
