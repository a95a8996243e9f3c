#pragma once

#include "src/base/clock.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/chunk_queue.hpp"
#include "src/carry/chunk_sizer.hpp"
#include "src/carry/conflict_resolver.hpp"
#include "src/carry/copier.hpp"
#include "src/carry/replayer.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/heartbeat.hpp"
#include "src/changes/stream_feed.hpp"
#include "src/db/session_factory.hpp"
#include "src/migration/settings.hpp"
#include "src/preflight/inspection.hpp"
#include "src/rows/row_writer.hpp"
#include "src/rows/statements.hpp"
#include "src/servers/durability.hpp"
#include "src/swap/cut_over.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "throttle/throttler.hpp"

#include <cstddef>
#include <string>

namespace segue::migration {

/// The parts of a run, wired together; each builds on those before it. It decides nothing: the
/// phases are migration's, the rules are the parts'.
/// Lifetime: all that the constructor is given, but for the settings, outlives it.
struct engine {
    engine(db::session_factory& sessions, const settings& with, const servers::server_roles& roles,
           const preflight::plan& inspected, swap::swap_record& swap, servers::durability& restarts,
           task_group& group, const clock_source& clock);

    static constexpr std::size_t backlog_keys_max = 200'000;

    /// How many keys one statement may name, and one transaction about conflicts.
    std::size_t batch_keys() const;
    std::size_t turn_keys() const;

    const std::string run_token;
    const preflight::plan made;
    const bool locking_reads;
    const rows::statements texts;
    const tables::checkpoint_table checkpoint;
    const rows::row_writer writer;
    changes::heartbeat barrier;
    changes::change_set changes;
    changes::stream_feed feed;
    carry::chunk_queue chunks;
    carry::chunk_sizer sizer;
    carry::conflict_resolver conflicts;
    throttle::throttler throttler;
    carry::copier copying;
    carry::replayer flushing;
    swap::cut_over swapping;
};

/// Random hexadecimal digits.
std::string random_hex(std::size_t digits);

}  // namespace segue::migration
