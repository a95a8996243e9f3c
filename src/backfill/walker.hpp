#pragma once

#include "src/backfill/progress.hpp"
#include "src/backfill/row_setter.hpp"
#include "src/backfill/state_table.hpp"
#include "src/backfill/statements.hpp"
#include "src/base/growing_interval.hpp"
#include "src/carry/chunk_sizer.hpp"
#include "src/db/retry.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::backfill {

/// What several threads may ask of a run meanwhile. Written by the one that runs it.
struct counters {
    std::atomic<std::uint64_t> walked{0};
    std::atomic<std::uint64_t> walked_before{0};  ///< Of these: by an earlier run.
    std::atomic<std::uint64_t> changed{0};
    std::atomic<std::uint64_t> locked{0};
    std::atomic<std::uint64_t> passed_over{0};
    std::atomic<std::uint64_t> conflicts{0};
    std::atomic<std::uint64_t> overridden{0};
};

/// Sets the rows of a table, chunk by chunk in the order of its key, and comes back to those that
/// were locked. Each transaction holds what it did, so that nothing is lost with the process.
/// Threads: one, which waits in it. Lifetime: what it is made with outlives it. Errors:
/// segue::error, with the row's key where it is one row's; unstable_value; `stopped`.
class walker {
  public:
    struct parts {
        db::session_factory& sessions;  ///< Their locks are waited for a second at most.
        const plan& made;
        const statements& texts;
        const state_table& state;
        const throttle::live_pace& pace;
        const throttle::throttler& throttler;
        unsigned failures_max;
        counters& count;
        std::function<void(const std::string&)> tell;  ///< One sentence for the operator.
    };
    explicit walker(parts with);

    /// From where an earlier run stopped, or from the first key.
    void walk(const std::optional<saved>& from, std::stop_token stop);
    /// Until no row is left that was passed over.
    void come_back(std::stop_token stop);

  private:
    struct part {
        std::vector<keys::key_value> keys;     ///< Of rows that want to be set, in order.
        std::optional<keys::key_value> up_to;  ///< All is done up to it then; unset: to the end.
    };
    /// What one transaction does: the rows of `keys`, and what is written down with them.
    struct step {
        std::span<const keys::key_value> keys;
        std::uint64_t number = 0;  ///< Under which those that stay locked are written down,
        std::span<const keys::key_value> beside = {};  ///< with these.
        std::optional<keys::key_value> up_to = {};     ///< Unset: the watermark stays where it is.
        bool lets_all_be = false;                      ///< Nothing is set: all stay locked.
    };
    part next_part(std::stop_token stop);
    void set(const part& work, std::stop_token stop);
    /// False: a lock was in the way, or the transaction was too large, and nothing was done.
    bool done(const step& one, std::stop_token stop);
    bool done_before(db::session& on);
    void transact(db::session& on, const step& one, saved& next, std::chrono::nanoseconds& took);
    std::vector<keys::key_value> still_locked(db::session& on, const step& one,
                                              const rows_set& made) const;
    void take(saved next);
    void come_back_to(std::uint64_t number, std::size_t& at_once, std::stop_token stop);
    void write_down_quietly(std::stop_token stop);
    static void rest_after(const carry::chunk_sizer& of, std::chrono::nanoseconds took,
                           std::stop_token stop);
    void tell_waiting();

    const parts with_;
    const row_setter setter_;
    db::retrying_session session_;
    carry::chunk_sizer ranges_;        ///< Rows that are looked at at once,
    carry::chunk_sizer transactions_;  ///< and that are set at once.
    saved state_;                      ///< As it stands in the table.
    keys::key_range left_;             ///< Still to be looked at.
    std::chrono::steady_clock::time_point written_at_ = std::chrono::steady_clock::now();
    growing_interval waiting_told_;
    bool overriding_told_ = false;
};

}  // namespace segue::backfill
