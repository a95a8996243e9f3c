#include "cli/display/status_json.hpp"

#include "cli/display/status_line.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using nlohmann::json;

// Of the fields' names and meanings; a field more is no other version.
constexpr unsigned format = 1;

json settings_of(const hints& known) {
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

json last_attempt_of(const migration::progress& at) {
    if (!at.last_attempt) return nullptr;
    return {{"number", at.last_attempt->number},
            {"seconds_ago", seconds_of(at.last_attempt->ago)},
            {"gave_way_because", at.last_attempt->gave_way_because}};
}

}  // namespace

std::string status_json(const migration::progress& at, const hints* known) {
    const auto left = time_left(at);
    json made{{"format", format},
              {"phase", migration::name_of(at.at)},
              {"state", state_text(at)},
              {"rows_copied", at.rows_copied},
              {"rows_estimate", at.rows_estimate},
              {"percent", copied_percent(at)},
              {"rows_applied", at.keys_flushed},
              {"backlog", at.backlog},
              {"backlog_max", at.backlog_max},
              {"elapsed_seconds", seconds_of(at.elapsed)},
              {"copy_seconds", seconds_of(at.copy_elapsed)},
              {"eta_seconds", left ? json(seconds_of(*left)) : json(nullptr)},
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
    if (known != nullptr) {
        made["table"] = known->about.original.quoted();
        made["ghost_table"] = known->about.ghost.quoted();
        made["settings"] = settings_of(*known);
    }
    return made.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace segue::display
