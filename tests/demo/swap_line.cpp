#include "tests/demo/swap_line.hpp"

#include <regex>

namespace segue::demo {

std::optional<swap_told> swap_told_in(const std::string& line) {
    static const std::regex swapped(
        R"(# Swapped after (\d+) attempts?; writes waited for (\d+) ms at most(, .*)?)");
    std::smatch match;
    if (!std::regex_match(line, match, swapped)) return std::nullopt;
    return swap_told{.attempts = static_cast<unsigned>(std::stoul(match[1].str())),
                     .held = std::chrono::milliseconds(std::stoll(match[2].str()))};
}

}  // namespace segue::demo
