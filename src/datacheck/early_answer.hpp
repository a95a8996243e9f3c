#pragma once

#include "src/base/refusal.hpp"
#include "src/datacheck/data_look.hpp"
#include "src/db/session_factory.hpp"
#include "throttle/pace.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::datacheck {

/// A migration that has not begun: the new table is made, and empty.
struct question {
    const schema::table_definition& original;
    const schema::table_definition& target;
    const schema::projection& by;
    std::size_t packet_bytes_max = rows::statements::usual_packet_bytes;
};

/// What copying would be refused hours later.
struct answer {
    std::optional<refusal> refused;
    std::string notice = {};  ///< What was looked at, a sentence; empty: nothing can be refused.
    bool all_seen = false;    ///< Every row was, for all that it could be refused for.
};

/// Looks at the data for `budget` at most, on a session of its own to the primary, where the copy
/// reads; `pace` has the load at which that is left. What cannot be looked at refuses nothing.
/// Zero: it does not look. Blocks; throws `stopped`.
answer ask_the_data(db::session_factory& sessions, const question& about,
                    std::chrono::milliseconds budget, const throttle::pace& pace,
                    std::stop_token stop);

/// The refusal, in the words in which copying would tell it. Pure.
refusal refusal_of(const verdict& met, const rows::statements& texts);

/// What was looked at, where nothing was refused. Pure.
std::string notice_of(const look_result& seen, const doubts& in_doubt);

}  // namespace segue::datacheck
