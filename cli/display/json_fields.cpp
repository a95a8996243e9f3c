#include "cli/display/json_fields.hpp"

#include "cli/display/status_line.hpp"

#include <ctime>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::display {

using nlohmann::json;

namespace {

json last_attempt_of(const migration::progress& at) {
    if (!at.last_attempt) return nullptr;
    return {{"number", at.last_attempt->number},
            {"seconds_ago", seconds_of(at.last_attempt->ago)},
            {"gave_way_because", at.last_attempt->gave_way_because}};
}

}  // namespace

json fields_of(const migration::progress& at) {
    return {{"phase", migration::name_of(at.at)},
            {"state", state_text(at)},
            {"rows_copied", at.rows_copied},
            {"rows_estimate", at.rows_estimate},
            {"percent", copied_percent(at)},
            {"rows_verified", at.rows_verified},
            {"rows_applied", at.keys_flushed},
            {"backlog", at.backlog},
            {"backlog_max", at.backlog_max},
            {"elapsed_seconds", seconds_of(at.elapsed)},
            {"copy_seconds", seconds_of(at.copy_elapsed)},
            {"eta_seconds", seconds_or_null(time_left(at))},
            {"lag_seconds", seconds_of(at.heartbeat_lag)},
            {"stream", at.stream_position},
            {"throttled", at.throttled},
            {"throttle_reason", at.throttled ? at.throttle_reason : ""},
            {"would_throttle", at.throttled ? "" : at.throttle_reason},
            {"postponed_because", at.postponed_because},
            {"replay_paused", at.replay_paused},
            {"waits_for_hook", at.waits_for_hook},
            {"last_attempt", last_attempt_of(at)},
            {"pid", ::getpid()}};
}

json fields_of_settings(const hints& known) {
    const throttle::pace& pace = known.pace;
    return {{"chunk-size", pace.chunk_rows ? json(*pace.chunk_rows) : json(nullptr)},
            {"chunk-time", pace.chunk_time.count()},
            {"dml-batch-size", dml_batch_size},
            {"max-lag-millis", pace.lag_max.count()},
            {"nice-ratio", pace.nice_ratio},
            {"max-load", limits_text(pace.max_load)},
            {"critical-load", limits_text(pace.critical_load)},
            {"throttle-control-replicas", control_replicas_text(pace)},
            {"throttle-query", pace.throttle_query},
            {"throttle-http", pace.throttle_http},
            {"postpone-cut-over-flag-file", known.postpone_flag_file}};
}

std::string time_text(std::chrono::system_clock::time_point at) {
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(at);
    const auto part = millis.time_since_epoch().count() % 1000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(at)), part);
}

json seconds_or_null(const std::optional<std::chrono::milliseconds>& duration) {
    return duration ? json(seconds_of(*duration)) : json(nullptr);
}

std::string text_of(const json& made) {
    return made.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace segue::display
