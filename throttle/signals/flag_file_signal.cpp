#include "throttle/signals/flag_file_signal.hpp"

#include "src/base/log.hpp"

#include <fmt/format.h>

namespace segue::throttle {

flag_file_signal::flag_file_signal(const std::vector<std::string>& paths)
    : files_(paths.begin(), paths.end()) {}

std::chrono::milliseconds flag_file_signal::period() const noexcept {
    return std::chrono::milliseconds(100);
}

std::optional<std::string> flag_file_signal::evaluate() {
    bool set = false;
    std::string first;
    for (auto& file : files_) {
        const auto seen = file.look_again();
        if (seen.news) log::write(log::level::warning, *seen.news);
        if (seen.set && !set) first = file.path();
        set = set || seen.set;
    }
    // The reason has gh-ost's words, which name no file.
    if (set && first != told_)
        log::write(log::level::warning,
                   fmt::format("copying, or verifying, waits while {} exists", first));
    told_ = first;
    return set ? std::optional<std::string>("flag-file") : std::nullopt;
}

}  // namespace segue::throttle
