#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::wire {

/// The IP addresses, as text, of a host name or of an address given as text; never empty.
/// Blocks until `deadline` at the longest, and ends soon after a stop request, even where the
/// system is still asking its name servers. Errors: segue::error (retryable) when the name is
/// unknown or the answer is late; segue::stopped.
std::vector<std::string> addresses_of(const std::string& host,
                                      std::chrono::steady_clock::time_point deadline,
                                      std::stop_token stop);

}  // namespace segue::wire
