#pragma once

#include "src/wire/connection_options.hpp"
#include "throttle/load_limits.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace segue::throttle {

/// How fast rows are copied, and what copying waits for: all that may be changed while a run goes
/// on. A value; each field names its flag.
struct pace {
    /// --chunk-size, in rows. Unset (the default): sizes follow chunk_time.
    std::optional<std::uint64_t> chunk_rows = {};
    /// --chunk-time, in milliseconds: how long copying a chunk should take. Above zero.
    std::chrono::milliseconds chunk_time{250};
    /// --nice-ratio: after a chunk that took t, its worker rests for t times this. Zero: not at
    /// all.
    double nice_ratio = 0.0;
    /// --max-lag-millis: copying waits while a replica is further behind. Above zero.
    std::chrono::milliseconds lag_max{1500};
    /// --throttle-control-replicas: servers whose lag counts. Empty: none.
    std::vector<wire::endpoint> control_replicas = {};
    /// --max-load: copying waits while one is reached. Empty: no limit.
    std::vector<load_limit> max_load = {};
    /// --critical-load: what is done when one is reached, critical_load_settings say. Empty: no
    /// limit.
    std::vector<load_limit> critical_load = {};
    /// --throttle-query: copying waits while this query's first value is above zero. Empty: none.
    std::string throttle_query = {};
    /// --throttle-http: copying waits unless a HEAD request for this URL is answered with 200.
    /// Empty: none.
    std::string throttle_http = {};
    /// Whether the operator has commanded copying to wait.
    bool throttled_by_command = false;
    /// Whether the operator has commanded that nothing is carried over: the changes wait, as long
    /// as there is room for them, and so does the swap.
    bool replay_paused = false;
};

/// The pace of a run, now. Threads: snapshot() from any; change() from one, which is the only one
/// that writes. Readers look again each time, so that a change takes effect with the next chunk,
/// and the next look at a server.
class live_pace {
  public:
    explicit live_pace(pace at_first) : now_(std::move(at_first)) {}

    pace snapshot() const;
    bool replay_paused() const;
    /// All of what `apply` does to it becomes visible at once. What it throws changes nothing.
    void change(const std::function<void(pace&)>& apply);

  private:
    mutable std::mutex mutex_;
    pace now_;  // guarded by mutex_
};

}  // namespace segue::throttle
