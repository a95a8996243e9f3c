#include "cli/login/own_options.hpp"

#include "cli/login/option_file.hpp"
#include "src/base/error.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

namespace segue::cli {
namespace {

/// As MySQL's programs compare names: `ssl_ca` is `ssl-ca`, and `loose-` changes nothing for a name
/// that is known.
std::string name_of(std::string key) {
    std::ranges::replace(key, '_', '-');
    constexpr std::string_view loose = "loose-";
    return key.starts_with(loose) ? key.substr(loose.size()) : key;
}

}  // namespace

own_options read_own_options(const surroundings& outside, std::vector<std::string>& notices) {
    own_options made;
    const auto found = outside.own_option_file();
    if (!found) return made;
    if (!found->not_used_because.empty()) {
        notices.push_back(fmt::format("{} is not used: {}", found->path, found->not_used_because));
        return made;
    }
    const std::map<std::string_view, std::string*> known{
        {"user", &made.account.user}, {"password", &made.account.password},
        {"ssl-mode", &made.tls.mode}, {"ssl-ca", &made.tls.ca},
        {"ssl-cert", &made.tls.cert}, {"ssl-key", &made.tls.key}};
    try {
        for (auto& entry : read_option_file(found->path, outside, notices, value_rules::mysql)) {
            const auto field = known.find(name_of(entry.key));
            if (entry.section == "client" && entry.has_value && field != known.end())
                *field->second = std::move(entry.value);
        }
    } catch (const error& problem) {
        notices.push_back(fmt::format("{} is not used: {}", found->path, problem.what()));
        return {};
    }
    return made;
}

}  // namespace segue::cli
