#pragma once

#include "src/carry/chunk_queue.hpp"
#include "src/changes/router.hpp"
#include "src/db/session_factory.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <chrono>
#include <stop_token>
#include <string>

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
    /// over, it waits for them, and writes the chunks alone. Throws as sessions do.
    void run(std::stop_token stop);

  private:
    const parts with_;
};

}  // namespace segue::carry
