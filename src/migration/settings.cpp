#include "src/migration/settings.hpp"

namespace segue::migration {

servers::server_roles find_roles(const settings& by) {
    return by.replica == replica_use::streams
               ? servers::server_roles::find(by.connection, by.assume_primary,
                                             by.request.original.schema)
               : servers::server_roles::replica_by_itself(by.connection);
}

rehearsal::asked_for what_is_asked(const settings& by) {
    return {.blockers_ended = by.kill_blockers_after.has_value(),
            .replica_written = by.replica != replica_use::streams,
            .replica_alone_changed = by.replica == replica_use::migrated};
}

}  // namespace segue::migration
