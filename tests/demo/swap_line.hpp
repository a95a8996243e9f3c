#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace segue::demo {

struct swap_told {
    unsigned attempts = 0;
    std::chrono::milliseconds held{0};  ///< The longest of all attempts.
};

/// What a line of Segue's output tells of the swap; nullopt for any other line.
std::optional<swap_told> swap_told_in(const std::string& line);

}  // namespace segue::demo
