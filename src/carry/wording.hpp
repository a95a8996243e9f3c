#pragma once

#include <string>

namespace segue::carry {

/// What copy and replay call things in their messages, as they do not know what they are for.
struct wording {
    std::string target = "the target";  ///< "the new table"
    /// Said behind two rows of the source that collide under a unique index of the target; one
    /// sentence or more.
    std::string of_a_conflict = "The source is as it was.";
};

}  // namespace segue::carry
