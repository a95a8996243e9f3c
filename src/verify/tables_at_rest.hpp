#pragma once

#include "src/carry/lock_holders.hpp"
#include "src/db/retry.hpp"
#include "src/db/session_factory.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/made_apart.hpp"
#include "src/verify/range_walk.hpp"
#include "src/verify/verified.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::verify {

/// The comparison of two tables that nobody writes to; neither is locked or written to.
/// Lifecycle: prepare(), then compare(), once each. Threads: both are the caller's; "verify-N"
/// while it compares. Lifetime: all that `parts` names outlives it.
class tables_at_rest {
  public:
    struct parts {
        db::session_factory& sessions;
        const throttle::live_pace& pace;  ///< As range_verifier has it.
        unsigned workers = 1;             ///< So many ranges are compared at once. Above zero.
        unsigned failures_max = db::default_failures_max;  ///< As db::retrying_session takes it.
        std::size_t packet_bytes_max = rows::statements::usual_packet_bytes;
        throttle::throttler* throttler = nullptr;  ///< Started by compare(); nullptr: nobody is.
        carry::lock_holders holders = {};
    };
    /// `projection`: from the one table to the other.
    tables_at_rest(const schema::projection& projection, const schema::table_definition& source,
                   const schema::table_definition& target, parts with);

    /// Looks what the account may do. Returns what the operator should know of what is not
    /// compared, or not exactly, one sentence each. Blocks; throws segue::error.
    std::vector<std::string> prepare(db::session& session);

    /// `meanwhile` is called again and again while it compares. `set.surplus_apart` need not be
    /// set. Locks that are not given up in a while are failures. Throws segue::error, and
    /// `stopped`: then so_far() has what was found.
    verified compare(range_walk::settings set, const std::stop_token& stop,
                     const std::function<void(const verified& so_far)>& meanwhile);
    /// What the ranges that have ended have brought.
    verified so_far() const { return walk_ ? walk_->so_far() : verified{}; }

    const keys::key_codec& codec() const noexcept { return texts_.codec(); }

  private:
    const parts with_;
    const rows::statements texts_;
    const comparison how_;
    const made_apart apart_;
    std::vector<std::string> converted_;  ///< Columns whose types differ.
    bool by_presence_ = false;            ///< No rows can be made apart.
    std::optional<range_walk> walk_;
};

}  // namespace segue::verify
