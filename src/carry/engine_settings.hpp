#pragma once

#include "throttle/signal_set.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace segue::carry {

/// How an engine copies and replays; const from its start.
struct engine_settings {
    unsigned copy_workers = 2;                ///< Threads, each with a session of its own.
    std::optional<std::uint64_t> chunk_rows;  ///< Unset: sizes follow chunk_time.
    std::chrono::milliseconds chunk_time{250};
    double nice_ratio = 0.0;  ///< After a chunk that took t, a copy worker rests for t times this.
    /// Rows are read FOR SHARE. They are also where the server's commits come in no order.
    bool locking_reads = false;
    unsigned failures_max = 60;  ///< So many in a row of one operation are retried; 0: none.
    std::uint32_t replica_server_id = 99'999;  ///< Of the stream's client; not 0, and no other's.
    std::chrono::milliseconds heartbeat_interval{100};
    std::chrono::milliseconds checkpoint_interval{5'000};  ///< How often progress is written down.
    throttle::throttle_settings throttling;
};

}  // namespace segue::carry
