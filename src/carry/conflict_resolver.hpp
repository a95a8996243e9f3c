#pragma once

#include "src/base/error.hpp"
#include "src/carry/wording.hpp"
#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/db/session.hpp"
#include "src/rows/row_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <vector>

namespace segue::carry {

/// Tells the two causes of a duplicate (error 1062) apart.
///
/// Real: two rows of the source collide under the new schema in one snapshot; the migration stops
/// and names both. Transient: a unique value moved between rows, and the target still holds it
/// under the row that gave it away, the holder. The holder's row in the target is out of date, so
/// its change is pending or still to come: it is taken out of the target, in the transaction of
/// those that need the value, and its key is flushed later. So values that go on moving cannot make
/// a chain of rows that wait for each other. A count of tries is never a verdict; while values move
/// faster than a batch can be written, the batch gets smaller. And all that waits to be flushed
/// goes together: if little was carried over at a time, most rows would be out of date, and every
/// batch would stand in its way.
///
/// All of it happens in a quiet turn: no other flush is in flight. Right rows do not depend on
/// that, as the server's locks, and the keys that are flushed again, see to them; but a long
/// transaction would meet the locks of other flushes, one of them being the deadlock's victim each
/// time. Threads: any, each with a session of its own. Lifetime: all parts outlive it.
class conflict_resolver {
  public:
    using batch = std::span<const keys::key_value>;

    struct limits {
        std::size_t batch_keys = 0;  ///< How many keys one statement may name.
        std::size_t turn_keys = 0;   ///< How many are taken along in a flush.
    };
    conflict_resolver(const rows::row_writer& writer, changes::barrier& barrier,
                      changes::change_set& changes, const wording& words, limits with)
        : writer_(writer), barrier_(barrier), changes_(changes), words_(words), with_(with) {}

    /// After a duplicate in carry_over() of `keys` was rolled back: carries them over, and with
    /// them many that wait to be flushed, in one transaction. They are some of the `taken` that the
    /// caller has taken from the change set. Returns how many keys these were. Throws segue::error
    /// for a real conflict, and whatever a session throws.
    std::size_t flush_evicting(db::session& session, batch keys, std::size_t taken,
                               std::stop_token stop);

    /// After a duplicate while copying the range was rolled back: copies it, in smaller pieces if
    /// need be, in one transaction that is not yet committed on return. Returns the rows.
    /// Precondition: a barrier was passed since the range was registered. Throws as
    /// flush_evicting() does.
    std::uint64_t copy_evicting(db::session& session, const keys::key_range& range,
                                std::stop_token stop);

  private:
    template <typename Piece>
    struct halves {
        Piece first;
        std::optional<Piece> second;  ///< Unset: it cannot be parted, and `first` is all of it.
    };
    template <typename Piece>
    struct steps {
        std::function<void(const Piece&)> write;
        /// Keys whose source rows are read by one statement with the piece's.
        std::function<std::set<keys::key_value>(const Piece&)> read_together;
        std::function<halves<Piece>(const Piece&)> halve;
        /// Throws if what stands in the way of the piece is no other row's value.
        std::function<void(const Piece&)> check_alone;
    };
    template <typename Piece>
    void write_evicting(db::session& session, std::vector<Piece> pieces, const steps<Piece>& how,
                        std::stop_token stop) const;
    /// Carries the keys over, and takes out-of-date holders out of their way, in one transaction.
    void carry_over_evicting(db::session& session, std::initializer_list<batch> together,
                             std::stop_token stop) const;
    /// The holders in `found` whose rows are out of date; throws when a conflict is real. Within a
    /// transaction. `together`: keys whose source rows were read by the statement that found the
    /// collisions.
    std::vector<keys::key_value> outdated_holders(
        db::session& session, const std::vector<rows::row_writer::collision>& found,
        const std::set<keys::key_value>& together) const;
    halves<keys::key_range> halve(db::session& session, const keys::key_range& range) const;
    void check_not_there(db::session& session, const keys::key_range& range) const;
    [[noreturn]] void throw_real(db::session& session,
                                 const rows::row_writer::collision& between) const;

    const rows::row_writer& writer_;
    changes::barrier& barrier_;
    changes::change_set& changes_;
    const wording& words_;
    const limits with_;
};

}  // namespace segue::carry
