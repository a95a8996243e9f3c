#include "cli/display/progress_row.hpp"

#include "cli/display/status_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

namespace segue::display {
namespace {

using migration::phase;

constexpr std::size_t bar_min = 10;
constexpr std::size_t bar_max = 40;
constexpr std::string_view between = "  ";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view plain = "\x1b[0m";

std::string rate_text(double rows_per_second) {
    if (rows_per_second < 1'000) return fmt::format("{:.0f} rows/s", rows_per_second);
    if (rows_per_second < 1'000'000) return fmt::format("{:.1f}k rows/s", rows_per_second / 1e3);
    return fmt::format("{:.1f}M rows/s", rows_per_second / 1e6);
}

std::string without_controls(std::string text) {
    for (char& c : text)
        if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = ' ';
    return text;
}

// At most `bytes` of it, which are at least as many as columns.
std::string shortened(const std::string& text, std::size_t bytes) {
    constexpr std::string_view more = "...";
    if (text.size() <= bytes) return text;
    if (bytes <= more.size()) return "";
    std::size_t kept = bytes - more.size();
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    while (kept > 0 && continues(text[kept])) --kept;
    return text.substr(0, kept).append(more);
}

std::string waits_for(const migration::progress& at) {
    constexpr std::string_view paused = "replaying is paused";
    std::string text = at.throttled ? "throttled, " + at.throttle_reason : at.postponed_because;
    // What the swap waits for may be that.
    if (at.replay_paused && !text.starts_with(paused))
        text.append(text.empty() ? "" : ", ").append(paused);
    return without_controls(text);
}

std::string bar(double part, std::size_t width, bool colour) {
    const auto full =
        static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(width));
    std::string done(full, '=');
    if (full > 0 && full < width) done.back() = '>';
    const std::string rest(width - full, ' ');
    if (!colour) return "[" + done + rest + "]";
    return fmt::format("[{}{}{}{}]", green, done, plain, rest);
}

}  // namespace

void copy_rate::sample(std::chrono::milliseconds elapsed, std::uint64_t rows) {
    points_.push_back({elapsed, rows});
    while (points_.size() > 2 && points_[1].elapsed + window <= elapsed) points_.pop_front();
}

double copy_rate::per_second() const {
    if (points_.size() < 2) return 0;
    const auto took = points_.back().elapsed - points_.front().elapsed;
    if (took.count() <= 0) return 0;
    return 1'000.0 * static_cast<double>(points_.back().rows - points_.front().rows) /
           static_cast<double>(took.count());
}

std::string progress_row(const migration::progress& at, double rows_per_second, row_style style) {
    const std::size_t room = style.columns > 1 ? style.columns - 1 : 1;
    const bool copying = at.at == phase::copy;
    const double percent = copying                  ? copied_percent(at)
                           : at.at == phase::verify ? verified_percent(at)
                                                    : 100.0;
    std::string head(name_of(at.at));
    std::string tail = fmt::format("{:.1f}%", percent);
    std::size_t used = head.size() + 1 + tail.size();
    if (used > room) return shortened(tail, room);

    // By importance; shown in the order of `tail`.
    const std::string why = shortened(waits_for(at), room / 2);
    const std::array<std::string, 5> fields{
        why, "ETA " + eta_text(at), rate_text(rows_per_second),
        fmt::format("backlog {}", at.backlog),
        fmt::format("lag {:.2f}s", seconds_of(at.heartbeat_lag))};
    std::array<bool, fields.size()> shown{};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].empty() || (!copying && (i == 1 || i == 2))) continue;
        if (used + between.size() + fields[i].size() > room) break;
        used += between.size() + fields[i].size();
        shown[i] = true;
    }
    for (const std::size_t i : {std::size_t{2}, std::size_t{1}, std::size_t{3}, std::size_t{4}})
        if (shown[i]) tail.append(between).append(fields[i]);
    if (shown[0])
        tail.append(between).append(style.colour ? fmt::format("{}{}{}", yellow, why, plain) : why);

    constexpr std::size_t frame = 3;  // a space and two brackets
    if (room >= used + frame + bar_min)
        head += " " + bar(percent / 100.0, std::min(bar_max, room - used - frame), style.colour);
    return head + " " + tail;
}

}  // namespace segue::display
