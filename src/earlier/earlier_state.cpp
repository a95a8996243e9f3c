#include "src/earlier/earlier_state.hpp"

#include "src/base/error.hpp"
#include "src/base/one_line.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/alter_text.hpp"

#include <array>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::earlier {
namespace {

// What the ALTER says of the table, however it names that.
std::string changes_of(const std::string& alter_text) {
    return sql::parse_alter(alter_text).options_text;
}

bool has_definition(db::session& session, const table_name& name, const std::string& text) {
    const auto found = schema::read_table(session, name);
    return found && definition_but_for_names(schema::stable_create_statement(*found)) ==
                        definition_but_for_names(text);
}

// Precondition: the ghost is gone.
bool is_swapped(db::session& session, const migration_tables& tables,
                const schema::table_definition& original, const tables::saved_state& left) {
    if (left.phase == "done") return true;
    if (definition_but_for_names(schema::stable_create_statement(original)) !=
        definition_but_for_names(left.print.target))
        return false;
    // An ALTER need not change the definition.
    return definition_but_for_names(left.print.target) !=
               definition_but_for_names(left.print.original) ||
           has_definition(session, {tables.old.schema, left.old_table}, left.print.original);
}

}  // namespace

std::string first_difference(std::string_view before, std::string_view now) {
    std::istringstream old_lines{std::string(before)};
    std::istringstream new_lines{std::string(now)};
    std::string was;
    std::string is;
    do {
        if (!std::getline(old_lines, was)) was.clear();
        if (!std::getline(new_lines, is)) is.clear();
    } while (was == is && (old_lines || new_lines));
    return fmt::format("'{}' before, and '{}' now", was, is);
}

std::optional<std::string> difference(const tables::fingerprint& before,
                                      const tables::fingerprint& now) {
    struct fact {
        std::string_view name;
        std::string tables::fingerprint::*text;
    };
    constexpr std::array facts{
        fact{"the definition of the table", &tables::fingerprint::original},
        fact{"the definition of the new table", &tables::fingerprint::target},
        fact{"how columns are carried over", &tables::fingerprint::projection},
        fact{"the server's settings by which values are converted", &tables::fingerprint::session}};
    for (const fact& one : facts)
        if (before.*one.text != now.*one.text)
            return fmt::format("{} is another: {}", one.name,
                               first_difference(before.*one.text, now.*one.text));
    return std::nullopt;
}

state look_at_earlier_state(db::session& session, const migration_tables& tables,
                            const schema::table_definition& original, const change& asked) {
    const bool ghost_is_there = servers::exists(session, tables.ghost);
    switch (tables::look_for_state(session, tables.checkpoint)) {
        case tables::state_found::none:
            if (ghost_is_there || servers::exists(session, tables.changelog) ||
                servers::exists(session, tables.checkpoint))
                return {.is = remains::unknown, .why = "no state of a run is there"};
            return {};
        case tables::state_found::other_format:
            return {.is = remains::unknown,
                    .why = fmt::format("{} was written by another version of Segue",
                                       tables.checkpoint.quoted())};
        case tables::state_found::unfinished:
            return {.is = remains::unfinished};
        case tables::state_found::whole:
            break;
    }
    const tables::saved_state left = tables::read_state(session, tables.checkpoint);
    state found{.run = left.run, .old_table = left.old_table};
    const bool same_alter = changes_of(left.print.alter) == changes_of(asked.alter);
    found.same_change = same_alter && left.print.sets == asked.sets;
    if (!ghost_is_there && is_swapped(session, tables, original, left)) {
        found.is = remains::swapped;
        return found;
    }
    found.is = remains::another;
    if (!ghost_is_there)
        found.why = fmt::format("its new table {} is gone", tables.ghost.quoted());
    else if (!left.spoiled.empty())
        found.why = left.spoiled;
    else
        found.could_be_gone_on_with = true;
    if (!found.could_be_gone_on_with) return found;
    if (!same_alter)
        found.why = fmt::format("its ALTER is another: {}", left.print.alter);
    else if (!found.same_change)
        found.why = left.print.sets.empty()
                        ? "it was given no --set"
                        : fmt::format("its --set is another: {}", in_one_line(left.print.sets));
    else if (const auto text = schema::stable_create_statement(original);
             text != left.print.original)
        found.why = fmt::format("the definition of the table is another: {}",
                                first_difference(left.print.original, text));
    else
        found.is = remains::resumable;
    return found;
}

tables::saved_state take_state_over(db::session& session, const tables::checkpoint_table& table,
                                    const std::stop_token& stop) {
    std::optional<tables::saved_state> taken;
    outlast_statements(session, table.name(), stop,
                       [&] { taken = table.take_over_state(session); });
    return std::move(*taken);
}

}  // namespace segue::earlier
