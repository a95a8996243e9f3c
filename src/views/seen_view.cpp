#include "src/views/seen_view.hpp"

#include <fmt/format.h>

namespace segue::views {
namespace {

std::map<std::string, seen_view> see(db::session& session, const std::string& condition) {
    std::map<std::string, seen_view> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TABLE_NAME, VIEW_DEFINITION, IS_UPDATABLE, DEFINER, SECURITY_TYPE
                FROM information_schema.VIEWS WHERE {})",
             condition)))
        found.emplace(one[0].value_or(""), seen_view{.definition = one[1].value_or(""),
                                                     .updatable = one[2] == "YES",
                                                     .definer = one[3].value_or(""),
                                                     .security = one[4].value_or("")});
    return found;
}

}  // namespace

std::map<std::string, seen_view> see_views(db::session& session, const std::string& schema) {
    return see(session, fmt::format("TABLE_SCHEMA={}", quoted_literal(schema)));
}

std::optional<seen_view> see_view(db::session& session, const table_name& view) {
    auto found = see(session, fmt::format("TABLE_SCHEMA={} AND TABLE_NAME={}",
                                          quoted_literal(view.schema), quoted_literal(view.name)));
    if (found.empty()) return std::nullopt;
    return std::move(found.begin()->second);
}

std::string changed_since(const made_view& made, const seen_view& now) {
    if (now.definition != made.definition && now.definition != made.former)
        return fmt::format("its SELECT is now: {}", now.definition);
    // While it is replaced either may be there.
    if (made.former) return "";
    if (now.security != made.security)
        return fmt::format("its SQL SECURITY was {}, and is {}", made.security, now.security);
    if (now.definer != made.definer)
        return fmt::format("its definer was {}, and is {}", made.definer, now.definer);
    return now.updatable ? "" : "it cannot be updated any more";
}

}  // namespace segue::views
