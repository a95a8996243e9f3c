#pragma once

#include <map>
#include <string>
#include <string_view>

/// Since when the statements of each server are watched, as it stands in `_<t>_exp`. Pure.
namespace segue::contract {

/// Of one server.
struct watched_since {
    std::string up_since;  ///< Which life of the server it is of (servers::up_since()).
    std::string since;     ///< Seconds since 1970, by the server's clock.
    bool operator==(const watched_since&) const = default;
};

/// By the server's UUID.
using watch_record = std::map<std::string, watched_since>;

/// What cannot be read is left out: it is watched anew.
watch_record parse_watch(std::string_view text);
std::string text_of(const watch_record& record);

}  // namespace segue::contract
