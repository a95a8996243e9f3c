#include "cli/display/split_text.hpp"

#include "cli/display/json_fields.hpp"
#include "cli/display/status_line.hpp"
#include "src/base/table_name.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using nlohmann::json;

double percent_of(const split::progress& at) {
    if (at.all_copied) return 100.0;
    if (at.rows_estimate == 0) return 0.0;
    return std::min(
        100.0, 100.0 * static_cast<double>(at.rows_copied) / static_cast<double>(at.rows_estimate));
}

std::string state_of(const split::progress& at) {
    if (at.throttled) return "throttled, " + at.throttle_reason;
    switch (at.at) {
        case split::phase::inspect:
            return "inspecting";
        case split::phase::copy:
            return "copying";
        case split::phase::in_step:
            return "in step, until `finish`";
        case split::phase::verify:
            return "verifying";
        case split::phase::finish:
            return "finishing";
        case split::phase::done:
            return "done";
    }
    return "";
}

std::string columns_text(const split::plan& made) {
    std::string text;
    for (const auto& one : made.projection.columns)
        text += fmt::format("  {} from {}\n", quoted_name(one.target),
                            quoted_name(one.source.value_or("")));
    for (const std::string& one : made.own_columns)
        text += fmt::format("  {}: its own value, which is not written\n", quoted_name(one));
    return text;
}

std::string rows_text(const split::trial& tried) {
    if (tried.rows.empty()) return "No row matches among the first ones.\n";
    std::string names;
    for (const std::string& one : tried.columns) names += (names.empty() ? "" : ", ") + one;
    std::string text = fmt::format("The first rows, as they would be there ({}):\n", names);
    for (const auto& row : tried.rows) {
        std::string values;
        for (const auto& value : row)
            values += (values.empty() ? "" : ", ") + (value ? "'" + *value + "'" : "NULL");
        text += "  " + values + "\n";
    }
    return text;
}

std::string_view begins_text(const split::plan& made) {
    switch (made.begins) {
        case split::beginning::anew:
            return made.makes_target ? "The target is made, filled, and kept in step."
                                     : "The target is there and empty; it is filled, and kept in "
                                       "step.";
        case split::beginning::from_earlier:
            return "It goes on where an earlier run stopped.";
        case split::beginning::from_end:
            return "An earlier run has come to the end: its tables are dropped.";
    }
    return "";
}

}  // namespace

std::string split_line(const split::progress& at) {
    return fmt::format(
        "Split: {}/{} {:.1f}%; Applied: {}; Backlog: {}; Time: {}; HeartbeatLag: {}; State: {}",
        at.rows_copied, at.rows_estimate, percent_of(at), at.keys_flushed, at.backlog,
        short_duration(at.elapsed),
        at.heartbeat_lag ? fmt::format("{:.2f}s", seconds_of(*at.heartbeat_lag)) : "N/A",
        state_of(at));
}

json split_fields(const split::progress& at) {
    return {{"phase", split::name_of(at.at)},
            {"state", state_of(at)},
            {"rows_copied", at.rows_copied},
            {"rows_copied_before", at.rows_copied_before},
            {"rows_estimate", at.rows_estimate},
            {"percent", percent_of(at)},
            {"all_copied", at.all_copied},
            {"rows_verified", at.rows_verified},
            {"changes_applied", at.keys_flushed},
            {"backlog", at.backlog},
            {"elapsed_seconds", seconds_of(at.elapsed)},
            {"heartbeat_lag_seconds", seconds_or_null(at.heartbeat_lag)},
            {"stream_position", at.stream_position},
            {"finish_asked", at.finish_asked},
            {"throttled", at.throttled},
            {"throttle_reason", at.throttle_reason}};
}

std::string split_rehearsal_text(const split::split::rehearsal& found) {
    const split::plan& made = found.made;
    std::string text = fmt::format("{} from {}:\n{}", made.tables.ghost.quoted(),
                                   made.tables.original.quoted(), columns_text(made));
    if (!made.projection.where.empty()) text += fmt::format("  where {}\n", made.projection.where);
    text += fmt::format("Key:\n{}", made.key_explanation);
    text += fmt::format("{}\nMade beside it: {} and {}, until the end.\n", begins_text(made),
                        made.tables.changelog.quoted(), made.tables.checkpoint.quoted());
    if (made.makes_target) text += fmt::format("  {}\n", made.create);
    text += fmt::format("Rows: about {} in {}; of the first {} by the key {} match.\n",
                        made.source.rows_estimate, made.tables.original.quoted(),
                        found.tried.rows_looked_at, found.tried.rows_matching);
    text += rows_text(found.tried);
    for (const std::string& one : made.notices) text += fmt::format("NOTE: {}\n", one);
    return text + "Nothing was changed: this was a rehearsal. --execute does it.\n";
}

json split_rehearsal_fields(const split::split::rehearsal& found) {
    const split::plan& made = found.made;
    json columns = json::array();
    for (const auto& one : made.projection.columns)
        columns.push_back({{"target", one.target}, {"source", one.source.value_or("")}});
    json rows = json::array();
    for (const auto& row : found.tried.rows) {
        json values = json::object();
        for (std::size_t i = 0; i < row.size(); ++i)
            values[found.tried.columns[i]] = row[i] ? json(*row[i]) : json(nullptr);
        rows.push_back(std::move(values));
    }
    return {{"source", made.tables.original.quoted()},
            {"target", made.tables.ghost.quoted()},
            {"columns", std::move(columns)},
            {"own_columns", made.own_columns},
            {"where", made.projection.where},
            {"key", made.key_explanation},
            {"makes_target", made.makes_target},
            {"goes_on", made.begins == split::beginning::from_earlier},
            {"rows_estimate", made.source.rows_estimate},
            {"rows_looked_at", found.tried.rows_looked_at},
            {"rows_matching", found.tried.rows_matching},
            {"rows", std::move(rows)},
            {"notices", made.notices}};
}

std::string split_end_text(const split::outcome& done, const split::plan& made) {
    const std::string target = made.tables.ghost.quoted();
    const std::string source = made.tables.original.quoted();
    if (done.by_earlier_run)
        return fmt::format(
            "The split of {} into {} has ended before, at {}: its tables are dropped.\n", source,
            target, done.place);
    std::string text =
        fmt::format("Done: {} is split into {}, and not kept in step any more.\n", source, target);
    text += fmt::format("Verified before: {} rows of {} that match, {} of {}.\n",
                        done.rows_verified, source, done.rows_in_target, target);
    if (done.locked)
        return text + fmt::format(
                          "Both tables were equal, and locked, at {}: what changes {} behind it is "
                          "not in {}.\nWrites waited for {} ms ({} attempt{}).\n",
                          done.place, source, target, done.stall.count(), done.attempts,
                          done.attempts == 1 ? "" : "s");
    return text + fmt::format("All that stands in the binary log before {} is in {}.\n", done.place,
                              target);
}

json split_end_fields(const split::outcome& done, const split::plan& made) {
    json fields = split_fields(done.at);
    fields["source"] = made.tables.original.quoted();
    fields["target"] = made.tables.ghost.quoted();
    fields["by_earlier_run"] = done.by_earlier_run;
    fields["locked"] = done.locked;
    fields["position"] = done.place;
    fields["rows_verified"] = done.rows_verified;
    fields["rows_in_target"] = done.rows_in_target;
    fields["attempts"] = done.attempts;
    fields["stall_millis"] = done.stall.count();
    fields["stall_max_millis"] = done.stall_max.count();
    return fields;
}

}  // namespace segue::display
