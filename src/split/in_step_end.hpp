#pragma once

#include "src/carry/engine.hpp"
#include "src/changes/change_set.hpp"
#include "src/db/session_factory.hpp"

#include <optional>
#include <string>
#include <utility>

namespace segue::split {

/// Says where the binary log of the session's server ends: "binlog.000004:1234", and the GTID set
/// where there is one. Throws segue::error.
std::string place_now(db::session& session, bool gtids);

/// The end at a moment at which all that the stream has brought is carried over. The engine's
/// threads work on while it is reached. Lifetime: what it is given outlives it.
class in_step_end {
  public:
    in_step_end(carry::engine& of, db::session_factory& sessions,
                carry::engine::look_after look_after)
        : of_(of), sessions_(sessions), look_after_(std::move(look_after)) {}

    /// Returns when it is reached and written down, with the place in the stream before which no
    /// change is left to be carried over. Nothing is carried over from then on as long as this
    /// lives. Throws segue::error, and what `look_after` throws.
    std::string reach();

  private:
    /// Empty: not yet.
    std::string try_to_reach(db::session& session);

    carry::engine& of_;
    db::session_factory& sessions_;
    const carry::engine::look_after look_after_;
    std::optional<changes::change_set::quiet_turn> quiet_;
};

}  // namespace segue::split
