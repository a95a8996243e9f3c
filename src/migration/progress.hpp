#pragma once

#include "src/base/table_name.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/swap/swap_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segue::migration {

enum class phase { inspect, copy, verify, postponed, cut_over, done };
std::string_view name_of(phase at) noexcept;

/// An attempt to swap that gave way.
struct failed_attempt {
    unsigned number = 0;  ///< From 1.
    std::chrono::milliseconds ago{0};
    std::string gave_way_because;
};

/// Where a migration stands, for people and scripts. A copy: it does not change.
struct progress {
    phase at = phase::inspect;
    std::uint64_t rows_copied = 0;
    std::uint64_t rows_copied_before = 0;  ///< Of them: by the run that this one goes on with.
    std::uint64_t rows_estimate = 0;  ///< Never below rows_copied; equal once the copy is done.
    std::uint64_t rows_verified = 0;  ///< Of the original, compared so far,
    std::uint64_t rows_verified_in_target = 0;  ///< and of the new table, beside them.
    std::uint64_t rows_verified_before =
        0;  ///< Of the original: by the run that this goes on with.
    std::uint64_t keys_flushed = 0;
    std::size_t backlog = 0;
    std::size_t backlog_max = 0;
    std::chrono::milliseconds elapsed{0};
    std::chrono::milliseconds copy_elapsed{0};
    std::chrono::milliseconds verify_elapsed{0};  ///< Since rows began to be verified.
    std::chrono::milliseconds heartbeat_lag{0};   ///< Age of the newest heartbeat in the stream.
    std::string stream_position;
    bool throttled = false;
    std::string throttle_reason;
    std::string postponed_because;    ///< Empty unless the cut-over waits.
    bool replay_paused = false;       ///< By command: changes are not carried over.
    bool swapped = false;             ///< What is not needed is dropped, and hooks run.
    std::string_view waits_for_hook;  ///< Of the step with this name; empty: for none.
    std::optional<failed_attempt> last_attempt = {};  ///< Unset: none gave way yet.
};

/// What a run migrates, and where.
struct subject {
    table_name original;
    table_name ghost;
    table_name old;
    struct server {
        std::string host;     ///< As the server names itself, with its port.
        std::string version;  ///< As @@version has it.
    };
    server primary;
    server inspected;  ///< That the stream comes from: the primary, or a replica.
};

/// An attempt to swap that has ended.
struct attempt {
    unsigned number = 0;  ///< From 1.
    bool swapped = false;
    /// From the request for the lock until the tables were unlocked, which is how long writes may
    /// have waited. Unset where the lock was not asked for.
    std::optional<std::chrono::milliseconds> stall;
    std::string gave_way_because;  ///< Empty when swapped.
};

/// What a run that is done tells.
struct outcome {
    bool instant = false;  ///< ALTER TABLE ... ALGORITHM=INSTANT did it: nothing was swapped.
    bool by_earlier_run = false;  ///< That had swapped; this one has cleaned up after it.
    std::chrono::milliseconds stall_max{0};   ///< The longest that writes waited in an attempt.
    std::chrono::milliseconds stall_last{0};  ///< How long they waited in the one that swapped.
    unsigned cut_over_attempts = 0;
    /// Where the stream stood when RENAME TABLE was sent: a GTID set, or file and offset, of the
    /// server that the stream comes from.
    std::string position;
};

/// How far a test on a replica has come, whose tables are swapped and swapped back.
enum class test_stage { none, at_work, swapped_back };

/// Where a run stands that ends, however it does.
struct leftovers {
    test_stage test = test_stage::none;
    swap::swap_state swap = swap::swap_state::not_made;
    /// What is there of the run's own, `needed` or not; behind the swap what is to be dropped;
    /// after a take-over, what is there of the other run's. Quoted names, separated by ", ". Empty:
    /// nothing.
    std::string tables;
    /// What a later run, or the other one, needs: not to be dropped. As `tables`.
    std::string needed;
    bool all_is_needed = false;  ///< So that nothing of `tables` is of no more use.
    std::string original;        ///< Quoted; empty until the names are needed.
    std::string ghost;           ///< Quoted; empty until the names are needed.
    std::string old;             ///< Quoted; empty until the names are needed.
    earlier::other_run_made taken_over =
        earlier::other_run_made::none;  ///< If any, no table is this run's to drop.
    std::string taken_over_by;          ///< Whose run that is; empty: not known.
    bool instant = false;    ///< `swap` is of ALTER TABLE ... ALGORITHM=INSTANT, not of RENAME.
    bool rehearsal = false;  ///< What is left is an empty table, which the next one drops.
    bool swapped_before = false;       ///< By an earlier run, whose swap this one could not finish.
    bool spoiled = false;              ///< No run can go on from there.
    bool can_be_gone_on_with = false;  ///< The same command goes on from there.
};

}  // namespace segue::migration
