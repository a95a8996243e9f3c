#pragma once

#include "src/backfill/plan.hpp"
#include "src/contract/plan.hpp"
#include "src/contract/task.hpp"
#include "src/db/session_factory.hpp"
#include "src/expand/state_table.hpp"
#include "src/wire/connection_options.hpp"
#include "throttle/pace.hpp"
#include "throttle/signals/signal_set.hpp"
#include "throttle/throttler.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::contract {

/// How it goes, beside the migration.
struct settings {
    throttle::throttle_settings throttling = {};
    /// So many failures in a row of one operation are tried again.
    unsigned failures_max = db::default_failures_max;
    /// As backfill::settings has it.
    std::chrono::milliseconds heartbeat_interval{100};
};

/// Takes one of the two names of a column away, around a migration that somebody else runs. What
/// it asks and does, and why that is right: docs/contract.md, docs/decisions/0031.
/// Lifecycle: inspect(), then for a run begin(); the migration by plan::alter, which asks
/// why_not_yet() before each attempt to swap, and conclude() at its end. Threads: one at a time,
/// which waits in it. Lifetime: what it is made with outlives it. Errors: segue::error, `stopped`.
class contraction {
  public:
    struct surroundings {
        db::session_factory& sessions;  ///< To the server that is written to; nobody else's.
        /// To those whose statements are watched beside it.
        std::vector<wire::connection_options> watched;
        throttle::live_pace& pace;                     ///< Until the migration begins.
        std::function<void(const std::string&)> tell;  ///< One sentence for the operator.
    };
    contraction(task asked, settings with, surroundings around);

    /// Looks at all but the rows, and writes down since when statements are watched. Throws as
    /// contract::inspect().
    plan inspect();

    /// Throws what reasons_against() says, and then reads all rows: pairs that disagree are thrown,
    /// by their keys. Writes down that it begins. Precondition: inspect().
    void begin(const std::stop_token& stop);

    /// Why the swap has to wait: rows disagree that did not, or somebody uses the column again;
    /// empty: it need not. Rows are read again unless that was done a moment ago.
    std::string why_not_yet(const throttle::live_pace& pace, const throttle::throttler& throttler,
                            const std::stop_token& stop);

    /// The column is gone: so goes what stands of it. What came of that; does not throw.
    std::string conclude() noexcept;

    /// Unset until inspect() has come so far.
    const std::optional<plan>& about() const noexcept { return made_; }

  private:
    void look_at_servers(db::session& primary);
    void count_pairs(const std::stop_token& stop);
    std::string disagreeing(const throttle::live_pace& pace, const throttle::throttler& throttler,
                            const std::stop_token& stop);
    std::string used_again();
    std::string code_since(db::session& primary);
    void drop_rows_filled(db::session& session) const;

    const task asked_;
    const settings with_;
    const surroundings around_;
    std::optional<plan> made_;
    std::optional<expand::state_table> state_;
    std::optional<backfill::plan> pairs_;  ///< By which rows are compared; set by begin().
    std::chrono::steady_clock::time_point began_{};
    bool counted_again_ = false;  ///< Since the rows were copied.
    std::chrono::steady_clock::time_point counted_at_{};
    std::chrono::steady_clock::duration count_took_{};
};

}  // namespace segue::contract
