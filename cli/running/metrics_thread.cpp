#include "cli/running/metrics_thread.hpp"

#include "cli/display/status_line.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <algorithm>
#include <exception>
#include <pthread.h>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using metrics::metric_kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds turn{100};
constexpr seconds gauges_every{1};
constexpr seconds open_again_after{30};

}  // namespace

std::string throttled_by(std::string_view reason) {
    for (const std::string_view number_from : {"=", " until ", " once: "})
        reason = reason.substr(0, reason.find(number_from));
    return std::string(reason);
}

std::vector<told_value> told_of_attempts(const display::attempt_counts& before,
                                         const display::attempt_counts& now, bool ended) {
    std::vector<told_value> told;
    const auto count = [&](unsigned how_many, const std::string& outcome) {
        if (how_many > 0)
            told.push_back(
                {"cut_over.attempts_total", double(how_many), metric_kind::count, outcome});
    };
    const auto total = [&](const std::string& outcome) {
        told.push_back({"cut_over.total_duration_milliseconds", double(now.since_first.count()),
                        metric_kind::histogram, outcome});
    };
    count(now.gave_way - before.gave_way, "outcome:retry");
    if (now.swapped && !before.swapped) {
        count(1, "outcome:success");
        total("outcome:success");
    }
    if (ended && !now.swapped && now.begun > 0) {
        count(now.begun - now.gave_way, "outcome:abort");
        total("outcome:abort");
    }
    return told;
}

metrics_thread::metrics_thread(const options& given, const migration::migration& job,
                               const display::run_record& record)
    : given_(given), job_(job), record_(record) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "metrics");
        try {
            watch(stop);
        } catch (const std::exception& failure) {
            log::write_at_once(
                log::level::warning,
                fmt::format("nothing is sent to --statsd-addr any more: {}", failure.what()));
        }
    });
}

metrics_thread::~metrics_thread() {
    thread_.request_stop();
    thread_.join();
}

void metrics_thread::watch(const std::stop_token& stop) {
    try {
        open(stop);
        add("startup", 1, metric_kind::count);
        for (auto gauges_next = steady_clock::now();;) {
            const auto now = job_.now();
            look_at_throttling(now);
            look_at_attempts(/*ended=*/false);
            if (steady_clock::now() >= gauges_next) {
                add_gauges(now);
                gauges_next = steady_clock::now() + gauges_every;
            }
            socket_.flush();
            pause_for(turn, stop);
            open(stop);
        }
    } catch (const stopped&) {
        auto last = job_.now();
        last.throttled = false;
        look_at_throttling(last);
        look_at_attempts(/*ended=*/true);
        add_gauges(last);
        socket_.flush();
    }
}

// Where it cannot be had now it may be later.
void metrics_thread::open(const std::stop_token& stop) {
    if (socket_.is_open() || steady_clock::now() < open_next_) return;
    open_next_ = steady_clock::now() + open_again_after;
    try {
        socket_.open(*given_.metrics.statsd, stop);
    } catch (const error& failure) {
        if (!told_closed_)
            log::write_at_once(log::level::warning,
                               fmt::format("nothing can be sent to --statsd-addr, and that is "
                                           "tried again: {}",
                                           failure.what()));
        told_closed_ = true;
    }
}

void metrics_thread::look_at_throttling(const migration::progress& now) {
    // At the start nothing is known, which is no throttling.
    const bool throttled = now.throttled && !now.throttle_reason.ends_with(" not yet read");
    if (throttled == throttled_.has_value()) return;
    if (throttled) {
        throttled_ = {.since = steady_clock::now(), .by = throttled_by(now.throttle_reason)};
        return;
    }
    const auto took =
        std::chrono::duration_cast<milliseconds>(steady_clock::now() - throttled_->since);
    const std::string tag = "reason:" + throttled_->by;
    add("throttle.duration_milliseconds", static_cast<double>(took.count()), metric_kind::histogram,
        tag);
    add("throttle.events_total", 1, metric_kind::count, tag);
    throttled_.reset();
}

void metrics_thread::look_at_attempts(bool ended) {
    const auto now = record_.attempts();
    for (const auto& one : told_of_attempts(told_attempts_, now, ended))
        add(one.name, one.value, one.kind, one.tag);
    told_attempts_ = now;
}

void metrics_thread::add_gauges(const migration::progress& now) {
    const auto gauge = [&](std::string_view name, double value, const std::string& tag = "") {
        add(name, value, metric_kind::gauge, tag);
    };
    gauge("row_copy.rows_copied", static_cast<double>(now.rows_copied));
    gauge("row_copy.rows_estimate", static_cast<double>(now.rows_estimate));
    gauge("dml.events_applied", static_cast<double>(now.keys_flushed));
    const auto size = static_cast<double>(now.backlog);
    const auto capacity = static_cast<double>(now.backlog_max);
    gauge("binlog.backlog_size", size);
    gauge("binlog.backlog_capacity", capacity);
    gauge("binlog.backlog_utilization", capacity > 0 ? std::clamp(size / capacity, 0.0, 1.0) : 0.0);
    const std::string throttled = fmt::format("throttled:{}", now.throttled);
    const double lag = display::seconds_of(now.heartbeat_lag);
    gauge("lag.replication_seconds", lag, throttled);
    gauge("lag.heartbeat_seconds", lag, throttled);
    gauge("throttle.active", now.throttled ? 1 : 0);
}

void metrics_thread::add(std::string_view name, double value, metric_kind kind,
                         const std::string& tag) {
    std::vector<std::string> tags = given_.metrics.tags;
    if (!tag.empty()) tags.push_back(tag);
    socket_.add(metrics::statsd_line(name, value, kind, tags));
}

}  // namespace segue::cli
