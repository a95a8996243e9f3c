#include "cli/command_line/unknown_flag.hpp"

#include "src/base/nearest_names.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace segue::cli {
namespace {

struct short_flag {
    char letter;
    std::string_view name;
};
/// Of the mysql client, where their value may follow without a blank.
constexpr std::array short_flags{short_flag{'p', "password"}, short_flag{'u', "user"},
                                 short_flag{'P', "port"},     short_flag{'D', "database"},
                                 short_flag{'S', "socket"},   short_flag{'h', "host"}};

/// Whether nothing but a flag's name can be meant: --words-with-minuses that speak of no secret.
bool can_be_shown(std::string_view word, std::string_view name) {
    const bool plain = std::ranges::all_of(
        name, [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; });
    const bool secret =
        std::ranges::any_of(std::array<std::string_view, 5>{"pass", "pwd", "pw", "secret", "token"},
                            [&](auto part) { return name.find(part) != name.npos; });
    return word.starts_with("--") && plain && !secret;
}

}  // namespace

std::string unknown_flag_text(std::string_view word, std::size_t position,
                              const std::vector<flag_syntax>& flags) {
    const bool single = !word.starts_with("--");
    std::string_view name = word.substr(single ? 1 : 2);
    name = name.substr(0, name.find('='));
    std::vector<std::string> known;
    for (const auto& flag : flags) known.emplace_back(flag.name);
    const auto near = nearest_names(name, known, 1);
    std::string shown = can_be_shown(word, name) ? fmt::format("unknown flag: --{}", name)
                                                 : fmt::format("argument {} is no flag", position);
    if (!near.empty()) return fmt::format("{}; did you mean --{}?", shown, near.front());
    for (const auto& [letter, meant] : short_flags)
        if (single && name.starts_with(letter))
            return fmt::format("{}; what the mysql client calls -{} is --{} here", shown, letter,
                               meant);
    return shown;
}

}  // namespace segue::cli
