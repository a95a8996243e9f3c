#pragma once

#include "src/db/session.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace segue::verify {

/// What differs between a target and what INSERT makes of its source, of tables that are not to be
/// written to: the rows are made in a temporary table of the session's own, which no lock, no other
/// session and no binary log has to do with.
/// https://dev.mysql.com/doc/refman/8.4/en/create-temporary-table.html
/// Immutable; any thread. Lifetime: `how`, of the projection, outlives it.
class made_apart {
  public:
    made_apart(const schema::projection& projection, const schema::table_definition& source,
               const schema::table_definition& target, std::size_t packet_bytes_max,
               const comparison& how);

    /// Why such a table cannot be made, a sentence of the server's; nullopt: it can. Throws
    /// segue::error for what has nothing to do with the table.
    std::optional<std::string> why_not(db::session& session) const;

    /// Of these keys. Precondition: why_not() said nothing. Blocks; throws segue::error.
    std::vector<difference> differences(db::session& session,
                                        std::span<const keys::key_value> keys) const;
    /// The same by which rows are there alone: of those that both tables have it is taken for true
    /// that they differ.
    std::vector<difference> by_presence(db::session& session,
                                        std::span<const keys::key_value> keys) const;

  private:
    void make_table(db::session& session) const;
    std::set<keys::key_value> make_rows(db::session& session,
                                        std::span<const keys::key_value> keys) const;

    const comparison& how_;
    const schema::table_definition apart_;  ///< The target's, under another name.
    const schema::projection projection_;   ///< Into that.
    const rows::statements texts_;
    const comparison how_apart_;
};

}  // namespace segue::verify
