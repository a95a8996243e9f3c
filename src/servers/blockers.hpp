#pragma once

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"
#include "src/servers/locked_beside.hpp"
#include "src/servers/server_facts.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace segue::servers {

/// A metadata lock of somebody else's that LOCK TABLES or RENAME TABLE would wait for.
struct blocker {
    enum class kind {
        table,         ///< The original or the ghost table.
        backup,        ///< LOCK INSTANCE FOR BACKUP: LOCK TABLES is granted, RENAME TABLE is not.
        read_lock,     ///< FLUSH TABLES WITH READ LOCK, held or waited for.
        whole_schema,  ///< DROP or ALTER DATABASE.
        state,         ///< `_<t>_ghk`, which LOCK TABLES names for reading.
        beside         ///< A table that LOCK TABLES locks along with the original.
    };
    kind of = kind::table;
    std::uint64_t connection = 0;  ///< 0: none has it, but a prepared XA transaction.
    std::string event;             ///< Since which event of the connection it holds the lock.
    std::string who;               ///< user@host, or empty.
    std::chrono::seconds age{0};   ///< Of its transaction, or else of its statement.
    bool may_be_ended = false;     ///< A client's session that holds a table; no prepared XA.
    std::string table = {};        ///< Quoted, of one that is locked beside it; else empty.
    bool excludes_readers = true;  ///< Not of a lock as whoever reads or writes rows has it.

    /// Equal for one lock that is seen again.
    auto identity() const { return std::tie(of, connection, event); }
};

/// All there are now. `beside`: what LOCK TABLES locks along. Precondition: server.sees_locks.
/// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html
std::vector<blocker> look_for_blockers(db::session& session, const db::session_factory& ours,
                                       const server_facts& server, const migration_tables& tables,
                                       const std::vector<locked_table>& beside = {});

/// Who holds a lock that a DROP of this table, or another change of it, would wait for; not the
/// session that looks. Nullopt: it cannot be seen.
std::optional<std::vector<blocker>> who_holds(db::session& session, const table_name& table);

/// In words: who holds a lock that a change of this table would wait for, or that it cannot be
/// seen.
std::string holders_text(db::session& session, const table_name& table);

/// In words: that somebody holds a lock who cannot be seen.
std::string unseen_holder();

/// In words: who keeps others than itself from reading or writing rows of these tables, as whoever
/// waited for a lock on them has to know; that it cannot be seen; or that none does by a lock on a
/// whole table, so that it is rows. The sessions of `ours` do not count. Throws segue::error.
std::string who_holds_up_rows(db::session& session, const db::session_factory& ours,
                              const server_facts& server, const migration_tables& tables);

/// The same of tables that no migration is about.
std::string who_holds_up_rows(db::session& session, std::span<const table_name> tables);

/// Of the blockers found those that RENAME TABLE would wait for although the tables are locked.
std::vector<blocker> beside_locked_tables(const std::vector<blocker>& found);

/// "the transaction of connection 12 holds the table (app@host, for 34 s)", for the first of them,
/// and how many more there are. Precondition: there is one.
std::string describe(const std::vector<blocker>& found);

}  // namespace segue::servers
