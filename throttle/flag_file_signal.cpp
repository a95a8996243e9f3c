#include "throttle/flag_file_signal.hpp"

#include "src/base/error.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace segue::throttle {

flag_file_signal::flag_file_signal(std::vector<std::string> paths) : paths_(std::move(paths)) {}

std::chrono::milliseconds flag_file_signal::period() const noexcept {
    return std::chrono::milliseconds(100);
}

std::optional<std::string> flag_file_signal::evaluate() {
    for (const auto& path : paths_) {
        std::error_code failure;
        // A missing file, or a missing folder above it, is no failure.
        if (std::filesystem::exists(path, failure)) return "flag-file";
        if (failure)
            throw error(fmt::format("{} cannot be looked at: {}", path, failure.message()),
                        {.retryable = true});
    }
    return std::nullopt;
}

}  // namespace segue::throttle
