#include "src/hooks/hook_environment.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unistd.h>

namespace segue::hooks {
namespace {

constexpr std::array<std::string_view, 2> prefixes{"GH_OST_", "SEGUE_"};

// A shorter one stands in values by chance, and PATH would go with it.
constexpr std::size_t found_in_a_value_from = 6;

bool gives_away(std::string_view value, std::span<const std::string> secrets) {
    return std::ranges::any_of(secrets, [&](const std::string& secret) {
        if (secret.empty()) return false;
        return value == secret || (secret.size() >= found_in_a_value_from &&
                                   value.find(secret) != std::string_view::npos);
    });
}

}  // namespace

std::vector<std::string> environment_of_hook(std::span<const std::string> inherited,
                                             const hook_variables& told,
                                             std::span<const std::string> secrets) {
    std::vector<std::string> made;
    std::set<std::string, std::less<>> taken{"MYSQL_PWD"};
    for (const auto& [name, value] : told)
        for (const std::string_view prefix : prefixes) {
            const std::string whole = std::string(prefix) + name;
            made.push_back(whole + "=" + value.substr(0, value.find('\0')));
            taken.insert(whole);
        }
    for (const std::string& entry : inherited) {
        const std::string_view text(entry);
        const auto equals = text.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? "" : text.substr(equals + 1);
        if (!taken.contains(text.substr(0, equals)) && !gives_away(value, secrets))
            made.push_back(entry);
    }
    return made;
}

std::vector<std::string> environment_of_process() {
    std::vector<std::string> all;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) all.emplace_back(*at);
    return all;
}

}  // namespace segue::hooks
