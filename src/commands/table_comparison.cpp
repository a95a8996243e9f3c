#include "src/commands/table_comparison.hpp"

#include "src/base/error.hpp"
#include "src/db/session_factory.hpp"
#include "src/preflight/projected_pair.hpp"
#include "src/verify/difference.hpp"
#include "src/verify/tables_at_rest.hpp"

#include <random>

namespace segue::commands {

compared_tables compare_tables(const migration::settings& with, const table_name& target,
                               const comparison_observer& told, const std::stop_token& stop) {
    db::session_factory sessions(with.connection);
    sessions.use_schema(with.request.original.schema);
    db::session session = sessions.connect(db::session_role::patient);
    const auto pair = preflight::look_at_pair(session, with.request.original, target,
                                              with.request.alter_text, with.request.skip_renames);
    const throttle::live_pace pace(with.carrying.pace);
    verify::tables_at_rest tables(pair.projection, pair.source, pair.target,
                                  {.sessions = sessions,
                                   .pace = pace,
                                   .workers = with.carrying.copy_workers,
                                   .failures_max = with.carrying.failures_max,
                                   .packet_bytes_max = pair.packet_bytes_max});
    for (const std::string& notice : tables.prepare(session)) told.on_notice(notice);
    std::random_device seed;
    compared_tables made{
        .source = pair.source.name,
        .target = pair.target.name,
        .rows = tables.compare({.sample_percent = with.verify_percent, .sample_seed = seed()}, stop,
                               [&](const verify::verified& so_far) {
                                   told.on_progress(so_far, pair.source.rows_estimate);
                               }),
        .differences = {}};
    for (const verify::difference& one : made.rows.differences)
        made.differences.push_back(
            verify::describe(one, tables.codec(), pair.target.name.quoted()));
    return made;
}

}  // namespace segue::commands
