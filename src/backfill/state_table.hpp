#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/keys/key_codec.hpp"
#include "src/tables/state_values.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What stands in `_<t>_bkf`, field by field: docs/state-format.md.
namespace segue::backfill {

/// What must be the same for a run to go on where another one stopped.
struct facts {
    std::string sets;   ///< As expressions::text_of() has them.
    std::string where;  ///< As it was given; empty: none.
    std::string touch;  ///< "yes" or "no"
    std::string key;    ///< By which rows are walked over.
    bool operator==(const facts&) const = default;
};

/// What a run has written down.
struct saved {
    std::string owner;
    std::string run;  ///< Whose it is, in words.
    facts asked;
    /// Up to which key all is done: in `chunks_below` transactions, which changed `rows` rows.
    tables::watermark done;
    std::uint64_t rows_walked = 0;  ///< About: how many there are up to it, right or not.
    bool walked = false;            ///< All of the table; what was locked then may be left.
    std::map<std::uint64_t, std::vector<keys::key_value>> locked;  ///< Passed over, by its number.
};

/// The table of a backfill's state. Its writers check the owner in each transaction, so that a run
/// that was taken over writes nothing. Immutable; every call uses the session it is given, and
/// blocks. Throws segue::error.
class state_table {
  public:
    /// `run_token`: unlike any other run's.
    state_table(table_name name, std::string run_token);

    void make(db::session& session, const facts& asked) const;
    /// Makes it ours: waits until no transaction of the other run is left.
    void take_over(db::session& session) const;
    /// Reads what stands there; nullopt: there is no such table. Of a run that died right when it
    /// made it nothing does, not even an owner. Throws where it is of another format, or is no
    /// table of Segue's.
    std::optional<saved> read(db::session& session) const;
    void drop(db::session& session) const;

    /// First in each writing transaction: locks the owner's row shared. Throws segue::error where
    /// this run is not the owner any more, or the server may not be written to.
    void check_owner(db::session& session) const;
    /// Within a transaction.
    void record(db::session& session, const tables::watermark& done,
                std::uint64_t rows_walked) const;
    void record_walked(db::session& session) const;
    void record_locked(db::session& session, std::uint64_t number,
                       std::span<const keys::key_value> keys) const;

    /// In a transaction of its own. The row is what replicas are asked for their lag by.
    void beat(db::session& session, std::chrono::system_clock::time_point now) const;

    const table_name& name() const noexcept { return name_; }

  private:
    void put(db::session& session, std::string_view kind, const std::string& value,
             std::uint64_t id = 0) const;

    const table_name name_;
    const std::string run_token_;
};

/// What of two differs first, as "--where was ..., and is ..."; empty: nothing.
std::string difference(const facts& before, const facts& now);

}  // namespace segue::backfill
