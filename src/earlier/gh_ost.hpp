#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// gh-ost beside Segue: its lock, and tables of its own under the names that Segue uses.
namespace segue::earlier {

/// The names of the locks (GET_LOCK) by which gh-ost keeps a second gh-ost from a table, one of
/// which it takes: the first one where that has at most 64 characters, a SHA-1 elsewhere. Of what,
/// is not known, so that there are two.
std::vector<std::string> gh_ost_lock_names(const table_name& original);

/// Who has gh-ost's lock of a table.
struct gh_ost_lock_holder {
    enum class kind {
        this_session,
        another_segue,  ///< What keeps two of them apart is the owner's row, not this.
        somebody_else   ///< A gh-ost, as nobody else takes a lock of that name.
    };
    kind of = kind::this_session;
    std::uint64_t connection = 0;  ///< Of somebody else.
    std::string name;              ///< Of the lock that somebody else has.
};

/// Takes gh-ost's lock of this table for as long as the session lives, unless somebody has it. A
/// courtesy, as claim_start() is. Throws as a session does.
gh_ost_lock_holder take_gh_ost_lock(db::session& session, const table_name& original);

/// A reason not to begin, where somebody who is no Segue has gh-ost's lock of this table. Throws as
/// a session does.
std::optional<refusal> gh_ost_at_work(db::session& session, const table_name& original);

/// A reason not to begin, where another Segue has gh-ost's lock of this table, and may be at work
/// with tables of these names or others, up to the last one that it drops. One that is silent has
/// died, or hangs: where there are tables of these names, it is taken for the one that made them,
/// as whoever takes those over keeps it from writing. Else, and where its silence cannot be seen,
/// it is waited for, as its connection lives on until the server notices, for two minutes at most.
/// Throws as a session does, and `stopped`. `is_ours`: whether a connection is one of this run's.
std::optional<refusal> segue_at_work(db::session& session, const migration_tables& tables,
                                     const std::function<bool(std::uint64_t connection)>& is_ours,
                                     const std::stop_token& stop);

/// "gh-ost is at work on ...", with the connection that has its lock. Precondition: somebody else.
std::string words_of(db::session& session, const table_name& original,
                     const gh_ost_lock_holder& holder);

/// Whether the table of the heartbeat is gh-ost's: it is none of Segue's, and has the columns.
bool is_changelog_of_gh_ost(db::session& session, const table_name& changelog);

/// A reason not to begin where `_<t>_ghk` is the state of a run of gh-ost, which nobody else can
/// make again: whatever flags were given. Throws as a session does.
std::optional<refusal> checkpoint_of_gh_ost(db::session& session, const migration_tables& tables);

}  // namespace segue::earlier
