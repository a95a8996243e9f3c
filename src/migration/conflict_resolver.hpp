#pragma once

#include <set>
#include <span>
#include <stop_token>
#include <vector>

#include "src/base/error.hpp"
#include "src/db/session.hpp"
#include "src/migration/change_set.hpp"
#include "src/migration/heartbeat.hpp"
#include "src/migration/row_writer.hpp"

namespace segue::migration {

/// Tells the two causes of a duplicate (error 1062) apart. Real: two rows of the source collide under
/// the new schema in one snapshot; the migration stops and names both. Transient: a unique value
/// moved between rows, and the target still holds it under the row that gave it away; that row, the
/// holder, is carried over first. A count of tries is never a verdict.
/// Threads: any, each with a session of its own. Lifetime: all parts outlive it.
class conflict_resolver {
  public:
    conflict_resolver(const row_writer& writer, heartbeat& barrier, change_set& changes)
        : writer_(writer), barrier_(barrier), changes_(changes) {}

    /// After a duplicate in carry_over() of `keys`, a batch taken from the change set: carries them
    /// over together with the holders, as the only flush. False when a holder stands in a chunk in
    /// flight, so that the batch must wait; then nothing was written. Throws segue::error for a real
    /// conflict, and whatever a session throws.
    bool flush_with_holders(db::session& session, std::span<const key_value> keys,
                            std::stop_token stop);

    /// After a duplicate while copying `range`, rolled back: carries the holders over, so that the
    /// chunk can be tried again. False when none could be, so that it must wait. Throws as above.
    bool clear_the_way(db::session& session, const key_range& range, std::stop_token stop);

  private:
    /// Precondition: a quiet turn is held.
    bool carry_over_with_holders(db::session& session, std::set<key_value> together,
                                 std::stop_token stop);
    /// Adds the holders to `keys`; throws when one of them already is there. False: none was found.
    bool add_holders(db::session& session, std::set<key_value>& keys) const;
    [[noreturn]] void throw_real(db::session& session, const row_writer::collision& between) const;

    const row_writer& writer_;
    heartbeat& barrier_;
    change_set& changes_;
};

/// Whether the error is a duplicate under a unique index (1062; 1586 names the index instead).
bool is_duplicate(const error& failure) noexcept;

}  // namespace segue::migration
