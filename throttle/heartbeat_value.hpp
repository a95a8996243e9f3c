#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace segue::throttle {

/// The heartbeat row's value: a moment of the migration's own clock as RFC 3339 in UTC with nine
/// digits of fraction, `2026-08-07T12:34:56.123456789Z`. One machine writes it and compares it, so
/// the difference to now is a lag without any skew between servers' clocks.
/// `at` lies in the years 1970 to 2261.
std::string format_heartbeat(std::chrono::system_clock::time_point at);

/// The moment that format_heartbeat() printed; nullopt for any other text.
std::optional<std::chrono::system_clock::time_point> parse_heartbeat(std::string_view text);

}  // namespace segue::throttle
