#include "src/verify/row_digests.hpp"

#include <algorithm>
#include <string>

namespace segue::verify {
namespace {

using digests = std::vector<db::value>;

std::vector<digests> rows_of(const row_digests& rows, const keys::key_value& key) {
    std::vector<digests> found;
    const auto [first, last] = rows.equal_range(key);
    for (auto at = first; at != last; ++at) found.push_back(at->second);
    std::ranges::sort(found);
    return found;
}

std::vector<std::string> other_columns(const comparison& how, const digests& one,
                                       const digests& other) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < how.columns().size(); ++i)
        if (one.at(i) != other.at(i)) names.push_back(how.columns()[i].target);
    return names;
}

}  // namespace

row_digests read_digests(db::session& session, const comparison& how,
                         std::span<const keys::key_value> keys) {
    const keys::key_codec& codec = how.texts().codec();
    row_digests found;
    for (const db::row& one : session.query(how.digests(keys))) {
        const auto columns = std::span(one);
        const auto values = columns.subspan(codec.columns());
        found.emplace(codec.from_row(columns.first(codec.columns())),
                      digests(values.begin(), values.end()));
    }
    return found;
}

std::vector<difference> differences_of(const comparison& how, std::span<const keys::key_value> keys,
                                       const row_digests& are, const row_digests& should_be,
                                       const std::set<keys::key_value>& kept_out) {
    std::set<keys::key_value> all(keys.begin(), keys.end());
    all.insert(kept_out.begin(), kept_out.end());
    for (const auto* const rows : {&are, &should_be})
        for (const auto& one : *rows) all.insert(one.first);
    std::vector<difference> found;
    for (const keys::key_value& key : all) {
        const auto is = rows_of(are, key);
        const auto wanted = rows_of(should_be, key);
        if (kept_out.contains(key))
            found.push_back(
                {.kind = is.empty() ? difference_kind::missing : difference_kind::changed,
                 .key = key});
        else if (wanted.size() > is.size())
            found.push_back({.kind = difference_kind::missing, .key = key});
        else if (wanted.size() < is.size())
            found.push_back({.kind = difference_kind::surplus, .key = key});
        else if (is != wanted)
            found.push_back({.kind = difference_kind::changed,
                             .key = key,
                             .columns = other_columns(how, is.front(), wanted.front())});
    }
    return found;
}

}  // namespace segue::verify
