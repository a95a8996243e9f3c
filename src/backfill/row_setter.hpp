#pragma once

#include "src/backfill/statements.hpp"
#include "src/base/error.hpp"
#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace segue::backfill {

/// What came of setting some rows.
struct rows_set {
    std::vector<keys::key_value> got;  ///< Their locks; of the others somebody else has them.
    std::uint64_t changed = 0;         ///< Rows whose bytes are others now.
    /// Rows that a trigger has given another value than the expression's, as nothing that is
    /// written is read.
    std::vector<keys::key_value> overridden;
};

/// A value that would be another one each time it is set, or a change of what is not to be touched:
/// thrown instead of committed.
class unstable_value : public error {
  public:
    using error::error;
};

/// Sets rows within a transaction of the caller's, who commits it or rolls it back. Errors:
/// segue::error; with a deadlock or a lock wait the whole transaction is to be rolled back.
/// Immutable; any thread, each with a session of its own. Lifetime: what it is given outlives it.
class row_setter {
  public:
    row_setter(const plan& made, const statements& texts) : made_(made), texts_(texts) {}

    /// Sets the rows of these keys that can be locked at once and still want it, and proves that
    /// setting them once more would change nothing. Throws unstable_value where it would.
    rows_set set(db::session& session, std::span<const keys::key_value> keys) const;

    /// Which of the rows hold another value than the expression's, as the server finds by setting
    /// them (behind a BEFORE trigger all of them, as they seem): how many, and the first of them.
    /// Rows that the server refuses are among them. Leaves no trace: to be called within a
    /// transaction, which is to be rolled back.
    struct differing {
        std::uint64_t rows = 0;
        std::vector<keys::key_value> first;
    };
    differing find_differing(db::session& session, std::span<const keys::key_value> keys,
                             std::size_t first_max) const;

    /// The failure of a statement about these keys in words that name the row, where it is one
    /// row's; in transactions of its own.
    error named(db::session& session, std::span<const keys::key_value> keys,
                const error& failure) const;
    /// The same for one that read the range.
    error named_in(db::session& session, const keys::key_range& range, const error& failure) const;

    std::vector<keys::key_value> read_keys(db::session& session, const std::string& query) const;

  private:
    /// The column that the way back gives, behind the key, of the rows of these keys.
    std::vector<db::row> made_from(db::session& session,
                                   std::span<const keys::key_value> keys) const;
    void check_untouched(const std::vector<db::row>& before,
                         const std::vector<db::row>& after) const;
    void prove(db::session& session, rows_set& made) const;
    bool changes_again(db::session& session, std::span<const keys::key_value> keys) const;
    using probe = std::function<void(std::span<const keys::key_value>)>;
    static std::optional<error> failure_of(db::session& session,
                                           std::span<const keys::key_value> keys,
                                           const probe& probed);
    static std::optional<std::pair<keys::key_value, error>> failing(
        db::session& session, std::span<const keys::key_value> keys, const probe& probed);

    const plan& made_;
    const statements& texts_;
};

}  // namespace segue::backfill
