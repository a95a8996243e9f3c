#pragma once

#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"
#include "src/servers/locked_beside.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace segue::swap {

/// The texts of all statements by which the swap changes the new table's foreign keys, as the
/// binary log has them.
std::vector<std::string> statements_about_foreign_keys(const preflight::plan& made);

/// What a swap does about foreign keys of the table itself: the new table gets them before RENAME
/// TABLE, so that no row is ever written into a table without them; after it the old table loses
/// its own, and the new one's get the names that the old one held. docs/cut-over.md tells it.
/// Threads: one. Lifetime: the plan outlives it. Errors: segue::error, where nothing else is said.
class foreign_key_swap {
  public:
    /// `swaps_back`: the names are swapped back later, so that nothing is made or dropped.
    foreign_key_swap(const preflight::plan& made, bool swaps_back)
        : plan_(made),
          swaps_back_(swaps_back),
          take_(swaps_back ? preflight::foreign_keys_time{} : made.along.foreign_keys_take) {}

    /// ", `s`.`p` WRITE" for LOCK TABLES: the statements below, and RENAME TABLE, exclude those who
    /// read the parents, too. Whoever had read one since the lock was granted, and then waited for
    /// the table, would be the victim of a deadlock.
    std::string locked_with_the_table() const;
    /// What LOCK TABLES locks along with that, and whom RENAME TABLE would wait for. As
    /// servers::locked_beside(), on whose session it looks.
    void add_locked_along(db::session& session, std::vector<servers::locked_table>& found) const;

    /// In words, why it does not fit into what is left of the budget; nullopt: it does. After that
    /// it is taken to need less, so that a busy moment does not decide for ever.
    std::optional<std::string> too_long_for(std::chrono::milliseconds left);
    /// What is to be done from RENAME TABLE on.
    std::chrono::milliseconds after_rename() const noexcept { return take_.after_rename; }

    /// Makes them on the ghost. Precondition: all is locked, and the ghost complete.
    void make(db::session& locker);
    /// Whether the ghost may have them.
    bool may_be_made() const noexcept { return may_be_made_; }
    /// Drops them from the ghost again. Waits for those who read the parents, unless these are
    /// locked.
    void unmake(db::session& session);

    /// The ghost has become the table. A failure is a notice, with the statement to run; to be
    /// called again then, on a session without locks: what was done is not done twice. Returns
    /// whether all is done.
    bool finish(db::session& session, std::vector<std::string>& notices) const;

  private:
    bool makes() const { return !swaps_back_ && !plan_.along.foreign_keys.empty(); }
    void drop_from_old_table(db::session& session, std::vector<std::string>& notices) const;
    void name(db::session& session, std::vector<std::string>& notices) const;

    const preflight::plan& plan_;
    const bool swaps_back_;
    preflight::foreign_keys_time take_;
    bool may_be_made_ = false;
};

}  // namespace segue::swap
