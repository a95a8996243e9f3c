#include "throttle/heartbeat_value.hpp"

#include <cstddef>

#include <fmt/format.h>

namespace segue::throttle {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

// A 9 stands for any digit, everything else for itself.
constexpr std::string_view shape = "9999-99-99T99:99:99.999999999Z";

// What a count of nanoseconds since 1970 in 64 bits can hold whole years of.
constexpr int year_min = 1970;
constexpr int year_max = 2261;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool has_shape(std::string_view text) {
    if (text.size() != shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == '9' ? !is_digit(text[i]) : text[i] != shape[i]) return false;
    return true;
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    int number = 0;
    for (const char c : text.substr(at, digits)) number = number * 10 + (c - '0');
    return number;
}

}  // namespace

std::string format_heartbeat(system_clock::time_point at) {
    const auto day = std::chrono::floor<days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<nanoseconds>(at - day));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::optional<system_clock::time_point> parse_heartbeat(std::string_view text) {
    if (!has_shape(text)) return std::nullopt;
    const int year = number_at(text, 0, 4);
    if (year < year_min || year > year_max) return std::nullopt;
    const std::chrono::year_month_day date(
        std::chrono::year(year), std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
        std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2))));
    const int hour = number_at(text, 11, 2);
    const int minute = number_at(text, 14, 2);
    const int second = number_at(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto since_midnight =
        hours(hour) + minutes(minute) + seconds(second) + nanoseconds(number_at(text, 20, 9));
    return std::chrono::time_point_cast<system_clock::duration>(std::chrono::sys_days(date) +
                                                                since_midnight);
}

}  // namespace segue::throttle
