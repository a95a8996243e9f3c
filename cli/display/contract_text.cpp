#include "cli/display/contract_text.hpp"

#include "src/base/table_name.hpp"

#include <fmt/format.h>

namespace segue::display {
namespace {

using contract::seen_statement;
using contract::watched_server;
using nlohmann::json;

std::string statement_text(const seen_statement& one) {
    constexpr std::size_t shown_max = 160;
    const bool cut = one.text.size() > shown_max;
    return fmt::format("  {}  {}  {}x  {}{}\n", one.unknown ? "may use" : "uses   ", one.last_seen,
                       one.times, one.text.substr(0, shown_max), cut ? " [...]" : "");
}

std::string server_text(const watched_server& of) {
    std::string text =
        fmt::format("# Statements on {}, watched since {} (UTC){}\n", of.name, of.since,
                    of.begun_anew ? ", anew since a restart or since they were forgotten" : "");
    for (const std::string& one : of.unseen) text += fmt::format("  not known: {}\n", one);
    for (const seen_statement& one : of.seen) text += statement_text(one);
    if (of.unseen.empty() && of.seen.empty()) text += "  none\n";
    return text;
}

json statements_of(const watched_server& of) {
    json all = json::array();
    for (const seen_statement& one : of.seen)
        all.push_back({{"text", one.text},
                       {"last_seen", one.last_seen},
                       {"times", one.times},
                       {"unknown", one.unknown}});
    return all;
}

}  // namespace

std::string contract_text(const contract::plan& made) {
    if (made.at != contract::standing::begins)
        return fmt::format("# {} of {} is gone already: an earlier run has swapped the tables\n",
                           quoted_name(made.goes), made.table.name.quoted());
    std::string text = fmt::format(
        "# Contract of {}: {} goes, {} stays (expanded since {}, {} since {}, UTC{})\n"
        "# ALTER TABLE {} {}\n",
        made.table.name.quoted(), quoted_name(made.goes), quoted_name(made.stays),
        made.expanded.begun, name_of(made.expanded.at), made.expanded.since,
        made.expanded.found.empty() ? "" : "; " + made.expanded.found, made.table.name.quoted(),
        made.alter);
    if (!made.used_by.code.empty() || !made.used_by.unseen.empty()) text += "# In the server\n";
    for (const std::string& one : made.used_by.code) text += fmt::format("  uses     {}\n", one);
    for (const std::string& one : made.used_by.unseen) text += fmt::format("  may use  {}\n", one);
    for (const watched_server& one : made.used_by.servers) text += server_text(one);
    return text;
}

json contract_fields(const contract::plan& made) {
    json servers = json::array();
    for (const watched_server& one : made.used_by.servers)
        servers.push_back({{"server", one.name},
                           {"since", one.since},
                           {"watched_seconds", one.watched.count()},
                           {"begun_anew", one.begun_anew},
                           {"not_known", one.unseen},
                           {"statements", statements_of(one)}});
    return {{"table", made.table.name.quoted()},
            {"goes", made.goes},
            {"stays", made.stays},
            {"alter", made.alter},
            {"is_swapped", made.at != contract::standing::begins},
            {"used_by", made.used_by.code},
            {"not_known", made.used_by.unseen},
            {"servers", servers}};
}

}  // namespace segue::display
