#include "cli/status.hpp"

#include "cli/display/ending.hpp"
#include "cli/display/json_fields.hpp"
#include "cli/subcommand.hpp"
#include "src/base/log.hpp"
#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/commands/undertakings.hpp"
#include "src/db/session_factory.hpp"
#include "src/migration/settings.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

using commands::going_on;
using commands::undertaking;
using nlohmann::json;

// Of --table, where it is given, and what may be.
void keep_table(going_on& found, const std::string& table) {
    if (table.empty()) return;
    std::erase_if(found.all, [&](const undertaking& one) {
        const auto is = [&](const std::optional<table_name>& its) {
            return its && sql::same_name(its->name, table);
        };
        if (is(one.table) || is(one.source)) return false;
        if (one.table) return true;
        // A name that was cut tells of no table, but only one table's is cut to it.
        const table_name asked{one.state.schema, table};
        const std::array states{tables_beside(asked, {}).checkpoint,
                                backfill_state_beside(asked, {}), expanded_state_beside(asked, {})};
        return std::ranges::count(states, one.state) == 0;
    });
}

std::string text_of(const undertaking& one) {
    std::string text = fmt::format(
        "{} of {}{}", name_of(one.is), one.source ? one.source->quoted() + " into " : "",
        one.table ? one.table->quoted() : "what " + one.state.quoted() + " tells of");
    if (!one.what.empty()) text += ": " + one.what;
    text += "\n";
    if (!one.phase.empty())
        text += fmt::format("  phase {}{}\n", one.phase,
                            one.phase_since.empty() ? "" : ", since " + one.phase_since);
    if (!one.found.empty()) text += fmt::format("  {}\n", one.found);
    text += fmt::format("  begun {}", one.begun);
    if (!one.run.empty()) text += fmt::format("; written last by {}", one.run);
    text += "\n";
    if (!one.heard_of.empty()) text += fmt::format("  last heard of {}\n", one.heard_of);
    return text;
}

std::string text_of(const going_on& found, const std::string& schema) {
    std::string text = fmt::format("# {} on {}, at {} by its clock; all moments are in UTC\n",
                                   quoted_name(schema), found.server, found.now);
    for (const undertaking& one : found.all) text += text_of(one);
    return text + (found.all.empty() ? "Nothing is going on.\n" : "");
}

std::string document(json fields) {
    fields["version"] = display::json_version;
    fields["kind"] = "undertakings";
    fields["time"] = display::time_text(std::chrono::system_clock::now());
    return display::text_of(fields) + "\n";
}

std::string document_of(const going_on& found, const std::string& schema) {
    json all = json::array();
    for (const undertaking& one : found.all)
        all.push_back({{"kind", name_of(one.is)},
                       {"state_table", one.state.quoted()},
                       {"table", one.table ? json(one.table->quoted()) : json(nullptr)},
                       {"source", one.source ? json(one.source->quoted()) : json(nullptr)},
                       {"what", one.what},
                       {"phase", one.phase},
                       {"begun", one.begun},
                       {"phase_since", one.phase_since},
                       {"heard_of", one.heard_of},
                       {"run", one.run},
                       {"found", one.found}});
    return document({{"exit_code", 0},
                     {"why", ""},
                     {"server", found.server},
                     {"now", found.now},
                     {"database", schema},
                     {"undertakings", std::move(all)}});
}

}  // namespace

int tell_status(const options& given, const std::vector<std::string>& notices) {
    for (const std::string& notice : notices) log::write(log::level::warning, notice);
    return run_subcommand(
        given.json,
        [&] {
            const std::string& schema = given.run.request.original.schema;
            db::session_factory sessions(given.run.connection);
            db::session session = sessions.connect();
            going_on found = commands::look_at_undertakings(session, schema);
            keep_table(found, given.run.request.original.name);
            std::fputs((given.json ? document_of(found, schema) : text_of(found, schema)).c_str(),
                       stdout);
            return unless_unwritten(0);
        },
        [](const std::string& why) {
            return document({{"exit_code", 1}, {"why", why}});
        });
}

}  // namespace segue::cli
