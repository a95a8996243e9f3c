#pragma once

#include "src/carry/chunk_queue.hpp"
#include "src/changes/router.hpp"
#include "src/db/session_factory.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace segue::carry {

/// Writes down, every few seconds, how far a later run may build on what was done: up to which
/// chunk all are copied, and the place in the stream behind which no change is left to be carried
/// over. Lifetime: all that `parts` names outlives it. Threads: run() is its own one's.
class checkpointer {
  public:
    struct parts {
        db::session_factory& sessions;
        const tables::checkpoint_table& checkpoint;
        changes::router& stream;
        const chunk_queue& chunks;
        std::string stream_server_uuid;
        std::chrono::milliseconds interval{5'000};  ///< Between one writing and the next.
        unsigned failures_max = 60;
    };
    explicit checkpointer(parts with) : with_(std::move(with)) {}

    /// Until asked to stop. While changes of before the place that it looks for are not carried
    /// over, it writes the rest alone. Throws as sessions do.
    void run(std::stop_token stop);

    /// Written down soon, on the thread of run(): whoever enters a phase does not wait for that.
    /// Threads: any.
    void enter(std::string phase);

  private:
    tables::checkpoint_table::progress collect(bool due);

    const parts with_;
    std::uint64_t below_ = 0;  // of the thread of run(): the last watermark

    std::mutex mutex_;
    std::optional<std::string> phase_;  // not written yet; guarded by mutex_
};

}  // namespace segue::carry
