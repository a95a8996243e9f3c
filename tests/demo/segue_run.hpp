#pragma once

#include "tests/demo/console.hpp"
#include "tests/support/child_process.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace segue::demo {

/// What a run of segue told about itself.
struct segue_outcome {
    int exit_code = -1;
    unsigned attempts = 0;              ///< Of the swap; 0: it did not come to that.
    std::chrono::milliseconds held{0};  ///< How long the swap held writes, by segue's own word.
    std::chrono::milliseconds took{0};
    std::chrono::steady_clock::time_point swapped;  ///< When it told.
};

/// Who looks on while segue runs. Called from the thread that called run_segue().
struct onlooker {
    std::function<void(const std::string& line)> on_line;
    std::function<void()> on_tick;  ///< Several times a second.
};

/// Runs segue to its end and shows what it writes as it comes; of the status lines, which come each
/// second, one in five, and each that tells something else than the one before.
/// Errors: segue::error when it cannot be started or takes longer than an hour.
segue_outcome run_segue(console& shown, const std::vector<std::string>& arguments,
                        const test::environment& variables, const onlooker& looking);

/// Kills the segue that runs, if one does. For signal handlers.
void kill_segue() noexcept;

}  // namespace segue::demo
