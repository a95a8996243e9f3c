#pragma once

#include <string>

namespace segue::carry {

/// What copying and replaying call things in their messages, as an engine does not know what it is
/// used for.
struct wording {
    std::string target = "the target";  ///< For one, "the new table".
    std::string job = "the migration";
    std::string done = "migrated";  ///< What it does with the source.
    /// Said behind two rows of the source that collide under a unique index of the target; one
    /// sentence or more.
    std::string of_a_conflict = "The source is as it was.";
};

}  // namespace segue::carry
