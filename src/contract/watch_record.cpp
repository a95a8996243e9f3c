#include "src/contract/watch_record.hpp"

#include <nlohmann/json.hpp>

namespace segue::contract {

using nlohmann::json;

watch_record parse_watch(std::string_view text) {
    watch_record made;
    const json all = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!all.is_object()) return made;
    for (const auto& [uuid, one] : all.items())
        if (one.is_object() && one.value("up_since", json()).is_string() &&
            one.value("since", json()).is_string())
            made[uuid] = {.up_since = one["up_since"], .since = one["since"]};
    return made;
}

std::string text_of(const watch_record& record) {
    json all = json::object();
    for (const auto& [uuid, one] : record)
        all[uuid] = {{"up_since", one.up_since}, {"since", one.since}};
    return all.dump();
}

}  // namespace segue::contract
