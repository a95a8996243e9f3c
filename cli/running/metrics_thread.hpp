#pragma once

#include "cli/command_line/options.hpp"
#include "cli/display/run_record.hpp"
#include "src/metrics/statsd_line.hpp"
#include "src/metrics/statsd_socket.hpp"
#include "src/migration/migration.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace segue::cli {

/// A value that is told once.
struct told_value {
    std::string name;
    double value = 0;
    metrics::metric_kind kind = metrics::metric_kind::count;
    std::string tag;
};

/// What is to be told of attempts to swap when `before` was told and they stand at `now`; `ended`:
/// the run has. In gh-ost's words an attempt has the outcome success, retry (it gave way) or abort
/// (it ended the run). Pure.
std::vector<told_value> told_of_attempts(const display::attempt_counts& before,
                                         const display::attempt_counts& now, bool ended);

/// Tells a StatsD server each second how far a migration is, how long copying was throttled, and
/// what became of attempts to swap. docs/metrics.md.
/// Threads: one of its own, "metrics", which waits for no server and touches no session. Lifecycle:
/// at work from construction to destruction, with which it tells the last values. Lifetime: all
/// that it is made with outlives it.
class metrics_thread {
  public:
    /// Precondition: `given.metrics.statsd` is set.
    metrics_thread(const options& given, const migration::migration& job,
                   const display::run_record& record);
    metrics_thread(const metrics_thread&) = delete;
    metrics_thread& operator=(const metrics_thread&) = delete;
    ~metrics_thread();

  private:
    using time_point = std::chrono::steady_clock::time_point;
    struct throttled_time {
        time_point since;
        std::string by;
    };
    void watch(const std::stop_token& stop);
    void open(const std::stop_token& stop);
    void look_at_throttling(const migration::progress& now);
    void look_at_attempts(bool ended);
    void add_gauges(const migration::progress& now);
    void add(std::string_view name, double value, metrics::metric_kind kind,
             const std::string& tag = "");

    const options& given_;
    const migration::migration& job_;
    const display::run_record& record_;
    metrics::statsd_socket socket_;
    time_point open_next_{};
    bool told_closed_ = false;
    std::optional<throttled_time> throttled_;
    display::attempt_counts told_attempts_;
    std::jthread thread_;
};

/// What a throttle's reason is about, without the numbers in it, so that a time series has one
/// name: "lag=2.19s" is "lag". Pure.
std::string throttled_by(std::string_view reason);

}  // namespace segue::cli
