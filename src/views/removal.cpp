#include "src/views/removal.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/refusal.hpp"
#include "src/servers/account.hpp"
#include "src/servers/tables_there.hpp"
#include "src/views/seen_view.hpp"
#include "src/views/tables_of_schema.hpp"
#include "src/views/trial.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace segue::views {
namespace {

bool is_asked_for(const task& asked, const made_view& one) {
    if (!asked.as.empty()) return one.view.schema == asked.as;
    return one.view == table_name{asked.database, asked.view};
}

// How the view stands: unset: it is not there; empty: as it was made; else what was changed.
std::optional<std::string> state_of(db::session& session, const made_view& one) {
    const auto seen = see_view(session, one.view);
    if (seen) return changed_since(one, *seen);
    if (servers::exists(session, one.view)) return "it is a table now";
    return std::nullopt;
}

// What would go with the schema, and the server does not show to every account.
std::string why_schema_stays(db::session& session, const std::string& schema,
                             const std::vector<made_view>& dropped) {
    constexpr std::array to_see = {"EVENT", "EXECUTE"};
    const servers::account_facts account = servers::read_account(session, schema);
    if (const std::string missing = account.held.missing(to_see); !missing.empty())
        return fmt::format("whether events and routines are in it cannot be seen without {}:\n{}",
                           missing, account.held.grants_of_missing(to_see, account.name));
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TABLE_NAME, 'table or view' FROM information_schema.TABLES
                  WHERE TABLE_SCHEMA={0}
                UNION ALL SELECT ROUTINE_NAME, 'routine' FROM information_schema.ROUTINES
                  WHERE ROUTINE_SCHEMA={0}
                UNION ALL SELECT EVENT_NAME, 'event' FROM information_schema.EVENTS
                  WHERE EVENT_SCHEMA={0})",
             quoted_literal(schema)))) {
        const table_name name{schema, one[0].value_or("")};
        if (std::ranges::find(dropped, name, &made_view::view) == dropped.end())
            return fmt::format("the {} {} is in it", one[1].value_or(""), name.quoted());
    }
    return "";
}

bool schema_exists(db::session& session, const std::string& schema) {
    return !session
                .query(fmt::format("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME={}",
                                   quoted_literal(schema)))
                .empty();
}

void refuse_unknown(db::session& session, const removal& found) {
    const task& asked = found.asked;
    const std::string name =
        asked.as.empty() ? table_name{asked.database, asked.view}.quoted() : quoted_name(asked.as);
    const bool there = asked.as.empty() ? servers::exists(session, {asked.database, asked.view})
                                        : schema_exists(session, asked.as);
    if (there)
        throw_refusals(
            {{fmt::format("`segue views` over {} has not made {}, and drops nothing that "
                          "it has not made",
                          quoted_name(asked.database), name),
              fmt::format("{} says what it has made.",
                          record_table(asked.database).name().quoted())}});
}

void drop_schema(db::session& session, removal& found, const record_table& record,
                 const teller& tell) {
    const std::string& schema = found.asked.as;
    if (schema_exists(session, schema)) {
        found.schema_stays = why_schema_stays(session, schema, {});
        if (!found.schema_stays.empty()) return;
        session.execute("DROP DATABASE " + quoted_name(schema));
        tell(fmt::format("dropped the schema {}", quoted_name(schema)));
    }
    fault::point("views.schema_dropped");
    record.forget_schema(session, schema);
}

}  // namespace

removal look_at_removal(db::session& session, task asked) {
    removal found;
    found.asked = std::move(asked);
    found.at = look_at_place(session, found.asked);
    const record_table record(found.asked.database);
    for (made_view& one : record.read(session)) {
        if (!is_asked_for(found.asked, one)) continue;
        auto state = state_of(session, one);
        if (!state)
            found.forgotten.push_back(std::move(one));
        else if (state->empty())
            found.dropped.push_back(std::move(one));
        else
            found.kept.push_back({.view = std::move(one), .why = std::move(*state)});
    }
    const auto schemas = record.schemas(session);
    found.schema_is_ours =
        !found.asked.as.empty() && std::ranges::find(schemas, found.asked.as) != schemas.end();
    if (found.has_nothing_to_do()) refuse_unknown(session, found);
    if (found.schema_is_ours && schema_exists(session, found.asked.as))
        found.schema_stays = why_schema_stays(session, found.asked.as, found.dropped);
    return found;
}

void remove_views(db::session& session, removal& found, const teller& tell,
                  const std::stop_token& stop) {
    const record_table record(found.asked.database);
    for (const std::string& table : look_at_schema(session, found.asked.database).tables)
        clear_left_by_trial(session, {found.asked.database, table});
    for (const made_view& one : found.dropped) {
        if (stop.stop_requested()) throw stopped();
        auto state = state_of(session, one);
        if (state && !state->empty()) {
            found.kept.push_back({.view = one, .why = std::move(*state)});
            continue;
        }
        if (state) change_view(session, one.view, "DROP VIEW " + one.view.quoted(), stop);
        fault::point("views.dropped");
        record.forget(session, one.view);
        tell(fmt::format("dropped the view {}", one.view.quoted()));
    }
    for (const made_view& one : found.forgotten) record.forget(session, one.view);
    if (found.schema_is_ours) drop_schema(session, found, record, tell);
    if (record.drop_if_empty(session))
        tell(fmt::format("dropped {}, in which nothing is left", record.name().quoted()));
}

}  // namespace segue::views
