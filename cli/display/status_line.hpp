#pragma once

#include "src/migration/progress.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace segue::display {

/// "1h2m3s", "4m0s", "0s" below a second: durations as gh-ost prints them.
std::string short_duration(std::chrono::milliseconds duration);

/// gh-ost's status line, without a line end:
/// Copy: 0/100 0.0%; Applied: 0; Backlog: 0/1000; Time: 1s(total), 0s(copy); streamer: ...; Lag:
/// ...
std::string status_line(const migration::progress& at);

/// Rows copied of the estimate; 0 until it is known, above 100 where the table is larger than the
/// server estimates.
double copied_percent(const migration::progress& at);
/// How much of the new table is verified; 0 before and after that.
double verified_percent(const migration::progress& at);
/// "verifying the new table (45.0%)"
std::string verifying_text(const migration::progress& at);

/// The duration in seconds, with fractions.
double seconds_of(std::chrono::milliseconds duration);

/// The time until the copy, or the verification, is done at its present rate; zero where it is due,
/// unset where too little was done to tell.
std::optional<std::chrono::milliseconds> time_left(const migration::progress& at);

/// "attempt 2 gave way 3 s ago: ..."; empty: none did.
std::string last_attempt_text(const migration::progress& at);

/// "migrating", or what keeps it from that.
std::string state_text(const migration::progress& at);

/// The same in text: "N/A", "due" or a duration.
std::string eta_text(const migration::progress& at);

/// Whether gh-ost would print the line in this second: each second in the first minute and near the
/// end, then every 5 seconds, then every 30.
bool prints_in_second(const migration::progress& at, std::chrono::seconds since_last_event);

/// "# Swapped after 2 attempts; writes waited for 498 ms at most ..."
std::string swapped_line(const migration::outcome& made);

}  // namespace segue::display
