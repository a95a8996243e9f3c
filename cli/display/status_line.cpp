#include "cli/display/status_line.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace segue::display {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool copy_is_done(const migration::progress& at) {
    return at.at == migration::phase::verify || at.at == migration::phase::postponed ||
           at.at == migration::phase::cut_over || at.at == migration::phase::done;
}

struct rows_done {
    std::uint64_t before = 0;  ///< Of `done`: by an earlier run.
    std::uint64_t done = 0;
    std::uint64_t all = 0;
    milliseconds took{0};  ///< For all but those of before.
};

std::optional<milliseconds> time_for_the_rest(const rows_done& of) {
    constexpr std::uint64_t told_from_a_thousandth = 1'000;
    if (of.done <= of.before || of.done < of.all / told_from_a_thousandth) return std::nullopt;
    if (of.done >= of.all) return milliseconds(0);
    const double left =
        static_cast<double>(of.all - of.done) / static_cast<double>(of.done - of.before);
    return milliseconds(static_cast<std::int64_t>(left * static_cast<double>(of.took.count())));
}

}  // namespace

std::optional<milliseconds> time_left(const migration::progress& at) {
    const bool verifies = at.at == migration::phase::verify;
    if (copy_is_done(at) && !verifies) return milliseconds(0);
    // The estimate is too low: nobody knows how many more there are.
    if (!verifies && at.rows_copied > 0 && at.rows_copied >= at.rows_estimate) return std::nullopt;
    return verifies ? time_for_the_rest({.before = at.rows_verified_before,
                                         .done = at.rows_verified,
                                         .all = at.rows_copied,
                                         .took = at.verify_elapsed})
                    : time_for_the_rest({.before = at.rows_copied_before,
                                         .done = at.rows_copied,
                                         .all = at.rows_estimate,
                                         .took = at.copy_elapsed});
}

std::string verifying_text(const migration::progress& at) {
    return fmt::format("verifying the new table ({:.1f}%)", verified_percent(at));
}

double verified_percent(const migration::progress& at) {
    if (at.at != migration::phase::verify || at.rows_copied == 0) return 0.0;
    return std::min(
        100.0, 100.0 * static_cast<double>(at.rows_verified) / static_cast<double>(at.rows_copied));
}

std::string state_text(const migration::progress& at) {
    constexpr std::string_view paused = "replaying is paused by user";
    if (at.swapped) return "swapped, cleaning up";
    if (!at.waits_for_hook.empty() && at.postponed_because.empty())
        return fmt::format("waiting for the {} hook", at.waits_for_hook);
    if (at.at == migration::phase::inspect) return "inspecting";
    std::string text;
    if (!at.postponed_because.empty())
        text = "postponing cut-over";
    else if (at.throttled)
        text = "throttled, " + at.throttle_reason;
    if (at.at == migration::phase::verify)
        text.append(text.empty() ? "" : ", ").append(verifying_text(at));
    if (at.replay_paused) text.append(text.empty() ? "" : ", ").append(paused);
    return text.empty() ? "migrating" : text;
}

std::string last_attempt_text(const migration::progress& at) {
    if (!at.last_attempt) return "";
    return fmt::format("attempt {} gave way {} s ago: {}", at.last_attempt->number,
                       std::chrono::duration_cast<seconds>(at.last_attempt->ago).count(),
                       at.last_attempt->gave_way_because);
}

double copied_percent(const migration::progress& at) {
    if (at.at == migration::phase::inspect && at.rows_copied == 0) return 0.0;
    if (at.rows_estimate == 0) return 100.0;
    return 100.0 * static_cast<double>(at.rows_copied) / static_cast<double>(at.rows_estimate);
}

double seconds_of(milliseconds duration) {
    return static_cast<double>(duration.count()) / 1000.0;
}

std::string short_duration(milliseconds duration) {
    const std::int64_t all = std::chrono::duration_cast<seconds>(duration).count();
    const std::int64_t hours = all / 3600;
    const std::int64_t minutes = all / 60 % 60;
    if (hours > 0) return fmt::format("{}h{}m{}s", hours, minutes, all % 60);
    if (minutes > 0) return fmt::format("{}m{}s", minutes, all % 60);
    return fmt::format("{}s", all);
}

std::string eta_text(const migration::progress& at) {
    if (!at.postponed_because.empty()) return "due";
    const auto left = time_left(at);
    if (!left) return "N/A";
    return left->count() == 0 ? "due" : short_duration(*left);
}

std::string status_line(const migration::progress& at) {
    const std::uint64_t estimate = copy_is_done(at) ? at.rows_copied : at.rows_estimate;
    const double lag = seconds_of(at.heartbeat_lag);
    return fmt::format(
        "Copy: {}/{} {:.1f}%; Applied: {}; Backlog: {}/{}; Time: {}(total), {}(copy); streamer: "
        "{}; "
        "Lag: {:.2f}s, HeartbeatLag: {:.2f}s, State: {}; ETA: {}",
        at.rows_copied, estimate, copy_is_done(at) ? 100.0 : copied_percent(at), at.keys_flushed,
        at.backlog, at.backlog_max, short_duration(at.elapsed), short_duration(at.copy_elapsed),
        at.stream_position, lag, lag, state_text(at), eta_text(at));
}

bool prints_in_second(const migration::progress& at, seconds since_last_event) {
    constexpr seconds minute{60};
    constexpr seconds three_minutes{180};
    const auto elapsed = std::chrono::duration_cast<seconds>(at.elapsed);
    const auto left = time_left(at);
    if (elapsed <= minute || (left && *left <= minute)) return true;
    if (elapsed <= three_minutes || since_last_event <= minute || (left && *left <= three_minutes))
        return elapsed.count() % 5 == 0;
    return elapsed.count() % 30 == 0;
}

std::string swapped_line(const migration::outcome& made) {
    if (made.by_earlier_run)
        return "# Swapped by an earlier run, of which only the clean-up was left";
    const std::string last = made.stall_last == made.stall_max
                                 ? ""
                                 : fmt::format(", {} ms in the last one", made.stall_last.count());
    return fmt::format("# Swapped after {} attempt{}; writes waited for {} ms at most{}",
                       made.cut_over_attempts, made.cut_over_attempts == 1 ? "" : "s",
                       made.stall_max.count(), last);
}

}  // namespace segue::display
