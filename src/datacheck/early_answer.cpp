#include "src/datacheck/early_answer.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/rows/refused_value.hpp"
#include "throttle/load_limits.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::datacheck {
namespace {

constexpr std::string_view how_to_begin_all_the_same =
    "No row was copied yet, and the original is as it was. --preflight-data-check=0 begins without "
    "this look; rows that are like this when they are copied end the run all the same.";

std::optional<std::string> load_of(db::session& session, std::string_view flag,
                                   const std::vector<throttle::load_limit>& limits) {
    if (limits.empty()) return std::nullopt;
    const auto reached =
        throttle::first_reached(limits, session.query(throttle::status_query(limits)));
    if (!reached) return std::nullopt;
    return fmt::format("{} {}={} >= {}", flag, reached->which.variable, reached->value,
                       reached->which.limit);
}

std::optional<std::string> load_of(db::session& session, const throttle::pace& pace) {
    if (auto critical = load_of(session, "critical-load", pace.critical_load)) return critical;
    return load_of(session, "max-load", pace.max_load);
}

std::string share_of(const look_result& seen) {
    constexpr double milliseconds_in_second = 1e3;
    return fmt::format("{}{} % of the rows in {:.1f} s", seen.whole ? "" : "about ", seen.percent,
                       static_cast<double>(seen.took.count()) / milliseconds_in_second);
}

// Of a few rows only: tells it, so that nobody takes it for more.
std::string what_is_left(const look_result& seen, const doubts& in_doubt) {
    std::string left;
    std::vector<std::string> apart;
    for (const unique_doubt& doubt : in_doubt.unique)
        if (!doubt.source_index && !seen.in_one_range) apart.push_back(quoted_name(doubt.index));
    if (!apart.empty())
        left += fmt::format(
            "; duplicates under {} only among rows that are near each other by the key, as no "
            "index of the table finds others",
            fmt::join(apart, ", "));
    if (!in_doubt.only_tried.empty())
        left += fmt::format("; for {} only {} rows, which were tried",
                            fmt::join(in_doubt.only_tried, ", "), seen.rows_tried);
    return left;
}

}  // namespace

refusal refusal_of(const verdict& met, const rows::statements& texts) {
    const auto& codec = texts.codec();
    const std::string remedy = what_to_do_about(met.words, texts);
    const std::string what =
        met.other ? fmt::format(
                        "two rows have the same value under a unique index of the new "
                        "table: row {} and row {}",
                        codec.describe(met.key), codec.describe(*met.other))
                  : "the new table refuses the row " + codec.describe(met.key);
    return {fmt::format("{}: {}", what, met.words.what()),
            fmt::format("{}{}", remedy.empty() ? "" : remedy.substr(2) + ".\n",
                        how_to_begin_all_the_same)};
}

std::string notice_of(const look_result& seen, const doubts& in_doubt) {
    std::string text =
        fmt::format("looked at {} before copying, and found none that the new table would refuse{}",
                    share_of(seen), what_is_left(seen, in_doubt));
    if (!seen.ended_by.empty())
        text += fmt::format("; the look was ended early: {}", seen.ended_by);
    else if (!seen.whole)
        text += "; the rest is seen when it is copied (--preflight-data-check)";
    return text;
}

answer ask_the_data(db::session_factory& sessions, const question& about,
                    std::chrono::milliseconds budget, const throttle::pace& pace,
                    std::stop_token stop) {
    if (budget.count() <= 0) return {};
    const doubts in_doubt =
        doubts_of(about.original, about.target, about.by, column_names::qualified);
    if (in_doubt.none()) return {};
    const rows::statements texts(about.by, /*locking_reads=*/false, about.packet_bytes_max);
    try {
        db::session session = sessions.connect();
        const look_result seen = look_at_rows(
            session,
            {.source = about.original, .by = about.by, .texts = texts, .in_doubt = in_doubt},
            {.budget = budget, .busy = [&pace](db::session& on) { return load_of(on, pace); }},
            stop);
        if (seen.refused) return {.refused = refusal_of(*seen.refused, texts)};
        return {.refused = std::nullopt,
                .notice = notice_of(seen, in_doubt),
                .all_seen =
                    seen.whole && seen.ended_by.empty() && what_is_left(seen, in_doubt).empty()};
    } catch (const error& failure) {
        if (stop.stop_requested()) throw stopped();
        return {.refused = std::nullopt,
                .notice = fmt::format("the data could not be looked at before copying: {}",
                                      failure.what())};
    }
}

}  // namespace segue::datacheck
