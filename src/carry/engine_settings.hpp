#pragma once

#include "src/db/retry.hpp"
#include "throttle/pace.hpp"
#include "throttle/signals/signal_set.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace segue::carry {

/// How an engine copies and replays; const from its start, but for the pace, with which it begins
/// (engine::surroundings::pace is the one that holds).
struct engine_settings {
    /// --threads: how many chunks are copied at once, each on a thread and a session of its own.
    /// Above zero.
    unsigned copy_workers = 2;
    throttle::pace pace;  ///< To begin with.
    throttle::throttle_settings throttling;
    /// --locking-reads: rows are read FOR SHARE. They are also where the server's commits come in
    /// no order.
    bool locking_reads = false;
    /// --default-retries: so many failures in a row of one operation are tried again. Zero: none
    /// is.
    unsigned failures_max = db::default_failures_max;
    /// --replica-server-id: of the stream's client, as MySQL's server_id. Not zero, and no other
    /// replica's.
    std::uint32_t replica_server_id = 99'999;
    /// --heartbeat-interval-millis: how often `_<t>_ghc` is written. Above zero.
    std::chrono::milliseconds heartbeat_interval{100};
    /// How many keys wait to be carried over at most: then the stream stands still. Above zero.
    std::size_t waiting_keys_max = 200'000;
    /// How often progress is written down in `_<t>_ghk`, where there is some. Above zero.
    std::chrono::milliseconds checkpoint_interval{5'000};
};

}  // namespace segue::carry
