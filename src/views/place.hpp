#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/views/task.hpp"

#include <stop_token>
#include <string>

namespace segue::views {

/// What a server is to be for views to be made, or dropped, there.
struct place {
    std::string server;            ///< As it names itself, with its port.
    std::string account;           ///< CURRENT_USER(), as information_schema.VIEWS has a definer.
    bool names_fold_case = false;  ///< lower_case_table_names is not 0.
};

/// Looks at the server, whether it may be written to, and at the account's privileges on both
/// schemas, and claims the views over `asked.database` as long as the session lives. Folds the
/// names of `asked` where the server does. Throws segue::error that lists what stands in the way.
place look_at_place(db::session& session, task& asked);

/// Runs a statement on a view, which waits for who uses it: for a second at a time, so that those
/// who come after are not kept waiting, again and again for half a minute. Throws segue::error that
/// says who holds it, and `stopped`.
void change_view(db::session& session, const table_name& view, const std::string& statement,
                 const std::stop_token& stop);

}  // namespace segue::views
