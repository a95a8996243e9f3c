#include "cli/display/report.hpp"

#include "cli/display/json_fields.hpp"
#include "cli/display/status_line.hpp"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

milliseconds in_millis(std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<milliseconds>(time);
}

// In a time that is too short to be measured nothing is told.
json rate(std::uint64_t count, milliseconds in) {
    if (in <= milliseconds(0)) return nullptr;
    return static_cast<double>(count) / seconds_of(in);
}

json end_fields(const ending& last, const std::string& segue_version) {
    return {{"version", json_version},       {"kind", "report"},
            {"segue", segue_version},        {"outcome", name_of(last.how)},
            {"exit_code", last.exit_code},   {"why", last.why},
            {"stopped_by", last.stopped_by}, {"last_words", last.lines}};
}

json phases_of(const recorded& done) {
    json all = json::array();
    for (const auto& one : done.phases)
        all.push_back({{"phase", migration::name_of(one.at)},
                       {"began", time_text(one.began)},
                       {"seconds", seconds_of(one.total)},
                       {"times", one.times}});
    return all;
}

json throttled_of(const throttle::throttle_counts& counts) {
    json by = json::array();
    for (const auto& [name, time] : counts.by_signal)
        by.push_back({{"reason", name},
                      {"times", time.times},
                      {"seconds", seconds_of(in_millis(time.total))}});
    return {{"times", counts.times},
            {"seconds", seconds_of(in_millis(counts.total))},
            {"by_reason", std::move(by)}};
}

json cut_over_of(const recorded& done) {
    json attempts = json::array();
    for (const auto& one : done.last_attempts)
        attempts.push_back({{"number", one.made.number},
                            {"ended", time_text(one.ended)},
                            {"swapped", one.made.swapped},
                            {"stall_seconds", seconds_or_null(one.made.stall)},
                            {"why", one.made.gave_way_because}});
    return {{"attempts", done.attempts},
            {"stall_max_seconds", seconds_of(done.stall_max)},
            {"stall_total_seconds", seconds_of(done.stall_total)},
            {"position", done.swapped ? json(done.swapped->position) : json(nullptr)},
            {"last_attempts", std::move(attempts)}};
}

std::string written(const json& made) {
    constexpr int indent = 2;
    return made.dump(indent, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string report_of(const recorded& done, const migration::migration& job,
                      const migration::settings& with, const ending& last,
                      const std::string& segue_version) {
    const auto at = job.now();
    const auto counts = job.throttled();
    const auto left = job.left_behind();
    json made = end_fields(last, segue_version);
    made["rehearsal"] = with.request.rehearsal;
    made["table"] = with.request.original.quoted();
    made["alter"] = with.request.alter_text;
    made["set"] = json::array();
    for (const auto& one : with.request.sets) made["set"].push_back(one.text());
    made["began"] = time_text(done.began);
    made["ended"] = time_text(done.now);
    made["elapsed_seconds"] = seconds_of(at.elapsed);
    made["phases"] = phases_of(done);
    const std::uint64_t by_this_run = at.rows_copied - at.rows_copied_before;
    made["rows"] = {{"copied", at.rows_copied},
                    {"copied_before", at.rows_copied_before},
                    {"estimate", at.rows_estimate},
                    {"verified", at.rows_verified},
                    {"verified_in_new_table", at.rows_verified_in_target},
                    {"applied", at.keys_flushed},
                    {"backlog", at.backlog}};
    made["copy_seconds"] = seconds_of(at.copy_elapsed);
    made["rates"] = {{"copied_per_second", rate(by_this_run, at.copy_elapsed)},
                     {"copied_per_second_unthrottled",
                      rate(by_this_run, at.copy_elapsed - in_millis(counts.total))},
                     {"applied_per_second", rate(at.keys_flushed, at.elapsed)}};
    made["throttled"] = throttled_of(counts);
    made["instant"] = left.instant && left.swap == swap::swap_state::made;
    made["cut_over"] = cut_over_of(done);
    made["stream"] = at.stream_position;
    made["left_behind"] = left.all_is_needed ? "" : left.tables;
    made["needed"] = left.needed;
    const bool kept = left.swap == swap::swap_state::made && !with.drop_old_table &&
                      !left.old.empty() && left.test == migration::test_stage::none;
    made["old_table"] = kept ? json(left.old) : json(nullptr);
    if (const auto about = job.about()) {
        made["ghost_table"] = about->ghost.quoted();
        made["primary"] = {{"host", about->primary.host}, {"version", about->primary.version}};
        made["inspected"] = {{"host", about->inspected.host},
                             {"version", about->inspected.version}};
    }
    return written(made);
}

std::string report_of(const ending& last, const std::string& segue_version) {
    return written(end_fields(last, segue_version));
}

}  // namespace segue::display
