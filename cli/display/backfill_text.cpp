#include "cli/display/backfill_text.hpp"

#include "cli/display/rehearsal_text.hpp"
#include "cli/display/status_line.hpp"
#include "src/base/table_name.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using nlohmann::json;

constexpr double mebibyte = 1024.0 * 1024.0;

std::string eta_of(const backfill::progress& at) {
    if (at.at != backfill::phase::walk || at.rows_walked <= at.rows_walked_before) return "N/A";
    const auto left = at.rows_estimate - std::min(at.rows_estimate, at.rows_walked);
    return short_duration(std::chrono::milliseconds(static_cast<std::int64_t>(
        static_cast<double>(at.elapsed.count()) * static_cast<double>(left) /
        static_cast<double>(at.rows_walked - at.rows_walked_before))));
}

std::string state_of(const backfill::progress& at) {
    if (at.throttled) return "throttled, " + at.throttle_reason;
    switch (at.at) {
        case backfill::phase::inspect:
            return "inspecting";
        case backfill::phase::walk:
            return "backfilling";
        case backfill::phase::come_back:
            return "coming back to locked rows";
        case backfill::phase::verify:
            return "verifying";
        case backfill::phase::done:
            return "done";
    }
    return "";
}

std::string sets_text(const backfill::plan& made) {
    std::string text;
    for (const schema::set_column& one : made.sets)
        text += fmt::format("  {} = {}\n", quoted_name(one.target), one.asked);
    return text;
}

std::string conditions_text(const backfill::plan& made) {
    std::string text =
        made.asked.where.empty()
            ? "  in all rows that hold another value\n"
            : fmt::format("  in rows that hold another value, where {}\n", made.asked.where);
    if (made.differs_each_time)
        text = fmt::format("  in rows where {}; the value differs each time\n", made.asked.where);
    if (!made.kept.empty()) {
        std::string names;
        for (const std::string& one : made.kept)
            names += (names.empty() ? "" : ", ") + quoted_name(one);
        text += fmt::format(
            "  {} keep{} the value, though ON UPDATE says otherwise (--touch lets "
            "the server set it)\n",
            names, made.kept.size() == 1 ? "s" : "");
    }
    return text;
}

std::string size_text(const backfill::backfill::rehearsal& found) {
    const backfill::trial& tried = found.tried;
    std::string text =
        fmt::format("Rows to change: {}{} of about {}.\n", tried.rows_are_counted ? "" : "about ",
                    tried.rows, found.made.table.rows_estimate);
    if (tried.rows == 0) return text;
    if (tried.rows_per_second == 0)
        return text + "How long that takes is not known: no row of the sample could be set.\n";
    text += fmt::format(
        "Time: about {} at {} rows a second, as {} rows took that were set and "
        "rolled back.\n",
        short_duration(tried.duration()), tried.rows_per_second, tried.sampled);
    text += fmt::format("Binary log: about {:.1f} MiB.\n",
                        static_cast<double>(tried.log_bytes) / mebibyte);
    return text;
}

std::string list_of(const std::vector<std::string>& rows) {
    std::string text;
    for (const std::string& one : rows) text += "  " + one + "\n";
    return text;
}

}  // namespace

double backfill_percent(const backfill::progress& at) {
    if (at.at == backfill::phase::done || at.at == backfill::phase::come_back) return 100.0;
    if (at.rows_estimate == 0) return 0.0;
    return std::min(
        100.0, 100.0 * static_cast<double>(at.rows_walked) / static_cast<double>(at.rows_estimate));
}

std::string backfill_line(const backfill::progress& at) {
    return fmt::format(
        "Backfill: {}/{} {:.1f}%; Changed: {}; Locked: {}; Time: {}; State: {}; "
        "ETA: {}",
        at.rows_walked, at.rows_estimate, backfill_percent(at), at.rows_changed, at.rows_locked,
        short_duration(at.elapsed), state_of(at), eta_of(at));
}

json backfill_fields(const backfill::progress& at) {
    return {{"phase", backfill::name_of(at.at)},
            {"state", state_of(at)},
            {"rows_walked", at.rows_walked},
            {"rows_estimate", at.rows_estimate},
            {"percent", backfill_percent(at)},
            {"rows_changed", at.rows_changed},
            {"rows_locked", at.rows_locked},
            {"rows_passed_over", at.rows_passed_over},
            {"chunks_rolled_back", at.conflicts},
            {"elapsed_seconds", seconds_of(at.elapsed)},
            {"throttled", at.throttled},
            {"throttle_reason", at.throttled ? at.throttle_reason : ""},
            {"pid", ::getpid()}};
}

std::string backfill_rehearsal_text(const backfill::backfill::rehearsal& found) {
    const backfill::plan& made = found.made;
    std::string text = fmt::format(
        "Rehearsal of a backfill of {} on {} (MySQL {}). What was tried was rolled back.\n\n"
        "With --execute it sets\n{}{}\nKey, by which rows are walked over:\n  {}\n\n{}",
        made.table.name.quoted(), made.host, made.version, sets_text(made), conditions_text(made),
        made.key_explanation, size_text(found));
    if (!found.tried.first.empty())
        text += fmt::format("\nThe first rows:\n{}", sample_text(found.tried.first));
    if (made.goes_on)
        text += fmt::format("\nAn earlier run{} is gone on with: it has set {} rows.\n",
                            made.goes_on->run.empty() ? "" : " (" + made.goes_on->run + ")",
                            made.goes_on->done.rows);
    for (const std::string& one : made.notices) text += fmt::format("\nNote: {}.\n", one);
    return text + (found.tried.rows == 0 ? "\nThere is nothing to do.\n"
                                         : "\nEvery check passed. Add --execute to backfill.\n");
}

namespace {

json values_of(const std::vector<preflight::sampled_row::value>& values) {
    json made = json::object();
    for (const auto& one : values) made[one.column] = one.is ? json(*one.is) : json(nullptr);
    return made;
}

}  // namespace

json backfill_rehearsal_fields(const backfill::backfill::rehearsal& found) {
    json rows = json::array();
    for (const auto& one : found.tried.first)
        rows.push_back({{"key", one.key},
                        {"reads", values_of(one.reads)},
                        {"before", values_of(one.before)},
                        {"after", values_of(one.after)}});
    return {{"table", found.made.table.name.quoted()},
            {"server", found.made.host},
            {"server_version", found.made.version},
            {"rows_estimate", found.made.table.rows_estimate},
            {"rows_to_change", found.tried.rows},
            {"rows_are_counted", found.tried.rows_are_counted},
            {"rows_sampled", found.tried.sampled},
            {"rows_per_second", found.tried.rows_per_second},
            {"seconds", found.tried.duration().count()},
            {"binary_log_bytes", found.tried.log_bytes},
            {"first_rows", std::move(rows)},
            {"notices", found.made.notices},
            {"text", backfill_rehearsal_text(found)}};
}

std::string backfill_end_text(const backfill::outcome& done, const backfill::plan& made) {
    const backfill::verdict& found = done.found;
    std::string text;
    if (done.at.rows_changed == 0)
        text = "# Nothing was to be done: no row holds another value\n";
    else
        text = fmt::format("# Changed: {} rows of {}, in {}\n", done.at.rows_changed,
                           made.table.name.quoted(), short_duration(done.at.elapsed));
    if (done.at.rows_passed_over > 0)
        text += fmt::format("# Locked by the application and come back to: {} times a row\n",
                            done.at.rows_passed_over);
    if (done.rows_overridden > 0)
        text += fmt::format("# Given another value by a trigger: {} rows\n", done.rows_overridden);
    if (made.has_where)
        text += fmt::format("# Still match --where: {} rows\n", found.rows_matching);
    if (found.others_differing > 0)
        text += fmt::format(
            "# Not to be set, and hold another value than the expression: {}{} rows, "
            "among them\n{}",
            found.others_are_estimated ? "about " : "", found.others_differing,
            list_of(found.others));
    if (found.rows_differing == 0) return text + "# Verified: every row is as it should be\n";
    return text +
           fmt::format(
               "# Not as they should be: {} rows, written since or by a trigger; run it again "
               "once nobody writes such rows. Among them\n{}",
               found.rows_differing, list_of(found.differing));
}

json backfill_end_fields(const backfill::outcome& done, const backfill::plan& made) {
    const backfill::verdict& found = done.found;
    return {{"table", made.table.name.quoted()},
            {"rows_changed", done.at.rows_changed},
            {"rows_passed_over", done.at.rows_passed_over},
            {"rows_overridden", done.rows_overridden},
            {"elapsed_seconds", seconds_of(done.at.elapsed)},
            {"rows_matching", found.rows_matching},
            {"rows_differing", found.rows_differing},
            {"differing", found.differing},
            {"others_differing", found.others_differing},
            {"others_are_estimated", found.others_are_estimated},
            {"others", found.others}};
}

}  // namespace segue::display
