#include "src/carry/checkpointer.hpp"

#include "src/base/pause.hpp"
#include "src/db/retry.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace segue::carry {
namespace {

constexpr std::chrono::milliseconds tick{50};

}  // namespace

void checkpointer::run(std::stop_token stop) {
    using std::chrono::steady_clock;
    db::retrying_session session(with_.sessions, with_.failures_max, db::lock_conflicts::outlasted);
    std::uint64_t below = 0;
    for (;;) {
        with_.stream.seek_resume_point();
        const auto until = steady_clock::now() + with_.interval;
        std::optional<changes::router::resume_point> found;
        while (!found && steady_clock::now() < until) {
            pause_for(std::min(tick, with_.interval), stop);
            found = with_.stream.take_resume_point();
        }
        std::optional<tables::stream_place> place;
        if (found)
            place = {.position = std::move(found->position),
                     .server_uuid = with_.stream_server_uuid,
                     .settled_xa = std::move(found->settled_xa)};
        const std::uint64_t ended_below = with_.chunks.all_ended_below();
        if (place || ended_below != below)
            session.run("write down how far the run is", stop, [&](db::session& on) {
                with_.checkpoint.record_progress(on, place, ended_below);
            });
        below = ended_below;
        pause_for(std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()), stop);
    }
}

}  // namespace segue::carry
