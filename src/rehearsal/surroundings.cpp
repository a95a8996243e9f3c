#include "src/rehearsal/surroundings.hpp"

#include "src/base/error.hpp"
#include "src/base/flag_file.hpp"
#include "src/base/pause.hpp"
#include "src/db/session_factory.hpp"
#include "src/db/table_failure.hpp"
#include "src/preflight/load_obstacles.hpp"
#include "src/servers/unreadable_replica.hpp"
#include "throttle/signals/http_signal.hpp"
#include "throttle/signals/http_status.hpp"
#include "throttle/signals/load_signal.hpp"
#include "throttle/signals/query_signal.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

namespace segue::rehearsal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view waits = "copying would wait from the start: ";

void look_at_postpone_flag(const std::string& path, findings& found) {
    if (path.empty()) return;
    if (const auto why = why_flag_file_cannot_be_made(path); !why.empty())
        found.refusals.push_back(
            {fmt::format("the file of --postpone-cut-over-flag-file cannot be made: {} ({})", path,
                         why),
             "A run makes it at its start. Name a file in a folder that this user may write."});
}

void look_at_panic_flag(const std::string& path, findings& found) {
    if (path.empty() || !is_known_to_be_there(path)) return;
    found.refusals.push_back({fmt::format("the file of --panic-flag-file is there: {}", path),
                              "A run would end at once. Remove it."});
}

void look_at_flag_files(const std::vector<std::string>& paths, findings& found) {
    for (const std::string& path : paths) {
        if (path.empty()) continue;
        const auto state = look_at_flag_file(path);
        if (!state.set) continue;
        found.warnings.push_back(
            state.unknown_because.empty()
                ? fmt::format("{}the throttle flag file {} exists.", waits, path)
                : fmt::format("{}the throttle flag file {} cannot be looked at ({}), and counts as "
                              "there.",
                              waits, path, state.unknown_because));
    }
}

void judge_critical_load(const throttle::limit_reached& reached,
                         const throttle::critical_load_settings& with, findings& found) {
    const std::string met = fmt::format("--critical-load: {}={} >= {}", reached.which.variable,
                                        reached.value, reached.which.limit);
    if (with.hibernate_for.count() > 0)
        found.warnings.push_back(fmt::format("{}: a run would hibernate for {} s at once.", met,
                                             with.hibernate_for.count()));
    else if (with.look_again_after.count() > 0)
        found.warnings.push_back(
            fmt::format("{}: a run would end if a limit is reached again {} ms later.", met,
                        with.look_again_after.count()));
    else
        found.refusals.push_back({met + ": a run would end at once",
                                  "Wait until the load is lower, or give a higher limit."});
}

void look_at_load(const std::vector<db::row>& status, const carry::engine_settings& with,
                  findings& found) {
    const auto& limits = with.pace;
    if (const auto reached = throttle::first_reached(limits.critical_load, status))
        judge_critical_load(*reached, with.throttling.critical_load, found);
    if (const auto reason = throttle::load_reason(limits.max_load, status))
        found.warnings.push_back(fmt::format("{}{}.", waits, *reason));
}

// Whether somebody who may read it there sees the table. Throws segue::error.
bool has_come(db::session& replica, const table_name& probe) {
    try {
        replica.query("SELECT 1 FROM " + probe.quoted() + " LIMIT 1");
        return true;
    } catch (const error& failure) {
        if (db::is_missing_table_or_schema(failure)) return false;
        throw;
    }
}

bool comes(db::session& replica, const table_name& probe, milliseconds limit,
           const std::stop_token& stop) {
    constexpr milliseconds look_interval{100};
    const auto until = steady_clock::now() + limit;
    while (!has_come(replica, probe)) {
        if (steady_clock::now() >= until) return false;
        pause_for(look_interval, stop);
    }
    return true;
}

std::optional<std::string> look_at_replica(wire::connection_options replica,
                                           const std::string& primary_uuid, const table_name& probe,
                                           milliseconds limit, const std::stop_token& stop) {
    constexpr milliseconds patience{2'000};
    replica.connect_timeout = std::min(replica.connect_timeout, patience);
    replica.read_timeout = std::min(replica.read_timeout, patience);
    const std::string name = replica.server.text();
    std::string grant;
    try {
        db::session_factory sessions(replica);
        db::session session = sessions.connect(db::session_role::control);
        if (sessions.server_uuid() == primary_uuid)
            return fmt::format(
                "{}, of --throttle-control-replicas, is the primary itself: its lag is none, and "
                "copying waits for no replica by it. Leave it out, or name a replica.",
                name);
        grant = servers::grant_to_read(session, probe.schema);
        if (comes(session, probe, limit, stop)) return std::nullopt;
        return fmt::format(
            "copying would wait for the replica {}: {}, which the rehearsal made on the primary, "
            "has not come to it within {} ms. {}",
            name, probe.quoted(), limit.count(), servers::why_not_replicated(session));
    } catch (const error& failure) {
        const bool helps = db::is_about_a_table(failure) && !grant.empty();
        return fmt::format("copying would wait for the replica {}, which cannot be read: {}.{}",
                           name, failure.what(), helps ? " There: " + grant : "");
    }
}

void look_at_throttle_query(db::session& primary, const std::string& query, findings& found) {
    if (query.empty()) return;
    try {
        if (throttle::query_reason(primary.query(query)))
            found.warnings.push_back(fmt::format("{}--throttle-query gives more than 0.", waits));
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        found.warnings.push_back(
            fmt::format("{}--throttle-query fails: {}.", waits, failure.what()));
    }
}

void look_at_throttle_http(const std::string& url, const throttle::http_settings& with,
                           findings& found) {
    if (url.empty()) return;
    try {
        if (const auto reason =
                throttle::http_reason(throttle::http_status(url, with.timeout), /*of_freno=*/false))
            found.warnings.push_back(fmt::format("{}--throttle-http: {}.", waits, *reason));
    } catch (const error& failure) {
        if (with.ignore_errors) return;
        found.warnings.push_back(
            fmt::format("{}--throttle-http is not answered: {}.", waits, failure.what()));
    }
}

}  // namespace

findings look_at_surroundings(db::session& primary, const carry::engine_settings& with,
                              const flag_files& files) {
    findings found;
    look_at_postpone_flag(files.postpone, found);
    look_at_panic_flag(files.panic, found);
    look_at_flag_files({with.throttling.flag_file, with.throttling.additional_flag_file}, found);
    look_at_throttle_query(primary, with.pace.throttle_query, found);
    look_at_throttle_http(with.pace.throttle_http, with.throttling.http, found);
    const auto status = primary.query("SHOW GLOBAL STATUS");
    const auto unreadable = preflight::load_obstacles(status, with.pace);
    found.refusals.insert(found.refusals.end(), unreadable.begin(), unreadable.end());
    if (unreadable.empty()) look_at_load(status, with, found);
    return found;
}

std::vector<std::string> look_at_replicas(const std::vector<wire::connection_options>& replicas,
                                          const std::string& primary_uuid, milliseconds lag_max,
                                          const table_name& probe, std::stop_token stop) {
    constexpr milliseconds least{2'000};
    std::vector<std::string> warnings;
    for (const auto& replica : replicas) {
        if (stop.stop_requested()) throw stopped();
        auto warning =
            look_at_replica(replica, primary_uuid, probe, std::max(least, lag_max), stop);
        if (warning) warnings.push_back(std::move(*warning));
    }
    return warnings;
}

}  // namespace segue::rehearsal
