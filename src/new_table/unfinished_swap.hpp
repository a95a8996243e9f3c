#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/db/session.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace segue::preflight {

/// What a run that died right after RENAME TABLE had still to do about foreign keys: the old table
/// loses its own, and the table's get the names that these had. Nothing where no such run can be
/// seen: its state tells of foreign keys, and the new table is gone.
struct swap_of_before {
    std::vector<std::string> done = {};  ///< Statements that were executed.
    std::vector<std::string> left = {};  ///< Those still to be executed, in this order.
    std::string why = {};     ///< Why the first of them could not be; empty: it was not tried.
    std::string grants = {};  ///< What the account lacks for them on the schemas, as GRANTs.
    table_name state = {};    ///< The table that knows of it; it is not to be dropped before.
};

/// Looks, and changes nothing. Throws segue::error.
swap_of_before look_at_swap_of_before(db::session& session, const table_name& original,
                                      const table_naming& naming);

/// Does it. Waits, for seconds, for those who hold the tables, and then for a second at most behind
/// them. What could not be done is told in the result. Throws segue::error, and `stopped`.
swap_of_before finish_swap_of_before(db::session& session, const table_name& original,
                                     const table_naming& naming, const std::stop_token& stop);

/// Of what was done, a sentence each.
std::vector<std::string> done_about(const swap_of_before& swap);
/// What is left, to be pasted. Precondition: something is.
std::string by_hand(const swap_of_before& swap);
/// That something is left. Precondition: `why` is set.
refusal left_undone(const swap_of_before& swap, const table_name& original);

}  // namespace segue::preflight
