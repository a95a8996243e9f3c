#pragma once

#include "src/db/session.hpp"
#include "src/views/making.hpp"
#include "src/views/place.hpp"
#include "src/views/record_table.hpp"
#include "src/views/task.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace segue::views {

/// What `segue views --drop` does.
struct removal {
    task asked;
    place at;
    std::vector<made_view> dropped;    ///< They are as they were made.
    std::vector<made_view> forgotten;  ///< Somebody dropped them; their rows go.
    struct kept_view {
        made_view view;
        std::string why;
    };
    std::vector<kept_view> kept;  ///< Somebody changed them.
    bool schema_is_ours = false;  ///< It was made for the views, and goes when nothing is in it.
    std::string schema_stays;     ///< Why it does not; empty: it goes, or is none of ours.

    /// Whether something of it stays.
    bool leaves_something() const { return !kept.empty() || !schema_stays.empty(); }
    bool has_nothing_to_do() const {
        return dropped.empty() && forgotten.empty() && kept.empty() && !schema_is_ours;
    }
};

/// What there is to be dropped; nothing is. The session claims the views as inspect()'s does.
/// Throws segue::error for a schema or a view that Segue has not made. Blocks.
removal look_at_removal(db::session& session, task asked);

/// Drops it. A view that was changed since the look is kept, too. Waits for who uses a view. Throws
/// segue::error, and `stopped`; what was done stays. Precondition: the session is the look's.
void remove_views(db::session& session, removal& found, const teller& tell,
                  const std::stop_token& stop);

}  // namespace segue::views
