#pragma once

#include "tests/support/patience.hpp"

#include <chrono>
#include <functional>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

namespace segue::test {

/// Looks again and again until `condition` holds. When `limit` has passed the test fails, telling
/// what did not come true, and false is returned. For the states of other processes; a limit is
/// generous, as it costs nothing when all is well. What `condition` throws goes through.
inline bool eventually(std::string_view what, const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = patience) {
    constexpr std::chrono::milliseconds between_looks{10};
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            ADD_FAILURE() << "did not come true within " << limit.count() << " ms: " << what;
            return false;
        }
        std::this_thread::sleep_for(between_looks);
    }
    return true;
}

}  // namespace segue::test
