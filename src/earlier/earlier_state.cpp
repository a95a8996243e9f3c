#include "src/earlier/earlier_state.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/one_line.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/alter_text.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

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

// Without commas at their ends, which tell of the next line.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream from{std::string(text)};
    for (std::string line; std::getline(from, line);) {
        if (line.ends_with(',')) line.pop_back();
        lines.push_back(std::move(line));
    }
    return lines;
}

std::optional<std::string> first_only_in(const std::vector<std::string>& lines,
                                         const std::vector<std::string>& others) {
    for (const std::string& line : lines)
        if (std::ranges::count(others, line) < std::ranges::count(lines, line)) return line;
    return std::nullopt;
}

// Precondition: the state is whole.
state judged(db::session& session, const migration_tables& tables,
             const schema::table_definition* original, const std::optional<change>& asked) {
    fault::point("earlier_state.whole");
    const tables::saved_state left = tables::read_state(session, tables.checkpoint);
    state found{.run = left.run, .old_table = left.old_table};
    const bool ghost_is_there = servers::exists(session, tables.ghost);
    const bool same_alter = !asked || changes_of(left.print.alter) == changes_of(asked->alter);
    found.same_change = same_alter && (!asked || left.print.sets == asked->sets);
    if (original != nullptr && !ghost_is_there && is_swapped(session, tables, *original, left)) {
        found.is = remains::swapped;
        return found;
    }
    found.is = remains::another;
    if (original == nullptr)
        found.why = fmt::format("the table {} is gone", tables.original.quoted());
    else if (!ghost_is_there)
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
    else if (const auto text = schema::stable_create_statement(*original);
             text != left.print.original)
        found.why = fmt::format("the definition of the table is another: {}",
                                first_difference(left.print.original, text));
    else
        found.is = remains::resumable;
    return found;
}

// Of a run's tables but the old one; empty: none is there.
std::string tables_there(db::session& session, const migration_tables& tables) {
    std::vector<std::string> there;
    for (const table_name& one : {tables.ghost, tables.changelog, tables.checkpoint})
        if (servers::exists(session, one)) there.push_back(one.quoted());
    return fmt::format("{}", fmt::join(there, ", "));
}

}  // namespace

std::string first_difference(std::string_view before, std::string_view now) {
    const auto old_lines = lines_of(before);
    const auto new_lines = lines_of(now);
    const auto was = first_only_in(old_lines, new_lines);
    const auto is = first_only_in(new_lines, old_lines);
    if (was && is) return fmt::format("'{}' before, and '{}' now", *was, *is);
    if (is) return fmt::format("'{}', which was not there before", *is);
    if (was) return fmt::format("'{}' before, which is not there now", *was);
    const auto [old_one, new_one] = std::ranges::mismatch(old_lines, new_lines);
    return old_one == old_lines.end()
               ? fmt::format("'{}' before, and '{}' now", before, now)
               : fmt::format("'{}' before, where '{}' is now", *old_one, *new_one);
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

namespace {

state seen_now(db::session& session, const migration_tables& tables,
               const schema::table_definition* original, const std::optional<change>& asked) {
    switch (tables::look_for_state(session, tables.checkpoint)) {
        case tables::state_found::none:
            if (const auto there = tables_there(session, tables); !there.empty())
                return {.is = remains::unknown, .why = "no state of a run is beside " + there};
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
    return judged(session, tables, original, asked);
}

}  // namespace

state look_at_earlier_state(db::session& session, const migration_tables& tables,
                            const schema::table_definition* original,
                            const std::optional<change>& asked) {
    return db::in_spite_of_drops([&] { return seen_now(session, tables, original, asked); });
}

tables::saved_state take_state_over(db::session& session, const tables::checkpoint_table& table,
                                    const std::stop_token& stop) {
    std::optional<tables::saved_state> taken;
    outlast_statements(session, table.name(), stop,
                       [&] { taken = table.take_over_state(session); });
    return std::move(*taken);
}

}  // namespace segue::earlier
