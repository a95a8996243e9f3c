#pragma once

#include <chrono>

namespace segue::test {

/// How long a test waits for what must come before it fails. It costs nothing when all is well, so
/// it is far more than a slow machine that others use as well may need.
inline constexpr std::chrono::minutes patience{5};

}  // namespace segue::test
