#include "src/contract/plan.hpp"

#include "src/base/refusal.hpp"
#include "src/contract/alter_options.hpp"
#include "src/contract/users_of_column.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/schema/trigger.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::contract {
namespace {

using earlier::expand_phase;
using earlier::expanded_column;

void append(std::vector<refusal>& all, const std::vector<refusal>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

const std::string& going(const expanded_column& of, way goes) {
    return goes == way::drop ? of.asked.old_column : of.asked.new_column;
}

expanded_column expanded_or_throw(std::vector<expanded_column> all, const task& asked) {
    for (expanded_column& one : all)
        if (sql::same_name(going(one, asked.goes), asked.column)) return std::move(one);
    const bool is_the_other = std::ranges::any_of(all, [&](const expanded_column& one) {
        return sql::same_name(one.asked.old_column, asked.column) ||
               sql::same_name(one.asked.new_column, asked.column);
    });
    if (is_the_other)
        throw_refusals({{fmt::format("{} is the {} of the two columns", quoted_name(asked.column),
                                     asked.goes == way::drop ? "new" : "old"),
                         asked.goes == way::drop
                             ? "--drop names the old column. --abandon gives the new one up."
                             : "--abandon names the new column. --drop takes the old one away."}});
    std::string known;
    for (const expanded_column& one : all)
        known += fmt::format("{}{} beside {}", known.empty() ? "" : ", ",
                             quoted_name(one.asked.new_column), quoted_name(one.asked.old_column));
    throw_refusals({{fmt::format("{} of {} does not live under two names",
                                 quoted_name(asked.column), asked.table.quoted()),
                     known.empty() ? "A contract ends what `segue expand` has begun, and of this "
                                     "table nothing is expanded."
                                   : fmt::format("What does: {}.", known)}});
    return {};  // Not reached.
}

standing standing_of(db::session& session, const plan& made, const task& asked) {
    const bool goes_is_there = made.table.find_column(made.goes) != nullptr;
    const bool stays_is_there = made.table.find_column(made.stays) != nullptr;
    if (goes_is_there && stays_is_there) return standing::begins;
    if (!goes_is_there && stays_is_there) {
        if (made.expanded.contract == name_of(asked.goes))
            return servers::exists(session, made.tables.checkpoint) ? standing::swapped
                                                                    : standing::concluded;
        // Of an expand that made nothing nothing is to be taken away.
        if (asked.goes == way::abandon && made.expanded.at == expand_phase::begun)
            return standing::concluded;
    }
    throw_refusals(
        {{fmt::format("there is no column {} in {}",
                      quoted_name(stays_is_there ? made.goes : made.stays),
                      made.table.name.quoted()),
          fmt::format("It stands in {} as expanded, and somebody else has taken it away. See what "
                      "`segue cleanup` shows of it.",
                      made.state.quoted())}});
    return {};  // Not reached.
}

bool has_trigger_on(const std::vector<schema::trigger>& all, const plan& made,
                    std::string_view event) {
    return std::ranges::any_of(all, [&](const schema::trigger& one) {
        return one.event == event && earlier::is_of_pair(one, made.expanded.asked.new_column);
    });
}

std::vector<refusal> pair_obstacles(db::session& session, const plan& made, const task& asked) {
    std::vector<refusal> found;
    const bool verified = made.expanded.at == expand_phase::verified;
    if (asked.goes == way::drop && !verified)
        found.push_back(
            {fmt::format("the expand of {} is in its phase {}, and not verified",
                         quoted_name(made.expanded.asked.new_column), name_of(made.expanded.at)),
             "The same `segue expand` goes on with it. Or give it up: --abandon."});
    if (!verified) return found;
    const auto triggers = schema::read_triggers(session, made.table.name);
    for (const std::string_view event : {"UPDATE", "INSERT"})
        if (!has_trigger_on(triggers, made, event))
            found.push_back(
                {fmt::format("the trigger that keeps the two columns in step on {} is gone", event),
                 "What was written since may stand under one of the two names alone. The same "
                 "`segue expand` makes it again, and tells which rows disagree."});
    return found;
}

std::vector<refusal> index_obstacles(const plan& made, const task& asked) {
    std::vector<refusal> found;
    if (asked.indexes != index_use::refused) return found;
    for (const std::string& one : made.indexes)
        if (one != "PRIMARY")
            found.push_back(
                {fmt::format("the index {} is over {}", quoted_name(one), quoted_name(made.goes)),
                 fmt::format(
                     "--indexes=move makes it over {}, under its name; --indexes=drop drops "
                     "the column from it, as ALTER TABLE does.",
                     quoted_name(made.stays))});
    return found;
}

alter_parts parts_of(const plan& made, const task& asked) {
    alter_parts of{.table = made.table,
                   .goes = made.goes,
                   .stays = made.stays,
                   .definition = {},
                   .indexes = asked.indexes};
    if (asked.goes == way::drop)
        of.definition = made.expanded.asked.definition.empty()
                            ? definition_of(made.table, made.goes)
                            : made.expanded.asked.definition;
    return of;
}

std::string times(std::uint64_t count) {
    return count == 1 ? "once" : fmt::format("{} times", count);
}

std::string statements(std::size_t count) {
    return count == 1 ? "one statement" : fmt::format("{} statements", count);
}

std::string span_text(std::chrono::seconds time) {
    const auto count = time.count();
    if (count >= 172'800) return fmt::format("{} days", count / 86'400);
    if (count >= 7'200) return fmt::format("{} hours", count / 3'600);
    return count >= 120 ? fmt::format("{} minutes", count / 60) : fmt::format("{} s", count);
}

std::string shortened(const std::string& text) {
    constexpr std::size_t shown_max = 200;
    return text.size() <= shown_max ? text : text.substr(0, shown_max) + " [...]";
}

constexpr std::string_view let_it_be =
    "--despite-use goes on all the same, and what uses it fails then.";

void append_server(const watched_server& of, const plan& made, const task& asked,
                   std::vector<refusal>& found) {
    for (const std::string& one : of.unseen)
        found.push_back({fmt::format("on {} it is not known which statements use {}: {}", of.name,
                                     quoted_name(made.goes), one),
                         fmt::format("GRANT SELECT ON performance_schema.* TO the account; or "
                                     "--unused-for=0, which does not ask. {}",
                                     let_it_be)});
    if (!of.seen.empty()) {
        const auto unknown = std::ranges::count(of.seen, true, &seen_statement::unknown);
        const seen_statement& last = of.seen.front();
        found.push_back(
            {fmt::format("on {} {} of the last {} use {}, and {} more may; the last of them ({}, "
                         "{}): {}",
                         of.name, statements(of.seen.size() - static_cast<std::size_t>(unknown)),
                         span_text(asked.unused_for), quoted_name(made.goes), unknown,
                         last.last_seen, times(last.times), shortened(last.text)),
             std::string(let_it_be)});
    }
    if (of.watched < asked.unused_for)
        found.push_back(
            {fmt::format("the statements of {} are watched for {}, since {} (UTC){}, and are to be "
                         "for {}",
                         of.name, span_text(of.watched), of.since,
                         of.begun_anew ? ", anew since a restart or since they were forgotten" : "",
                         span_text(asked.unused_for)),
             "The same command tells it later. --unused-for asks for less."});
}

}  // namespace

plan inspect(db::session& session, const task& asked) {
    plan made;
    made.table = servers::read_or_refuse(session, asked.table);
    made.tables = earlier::tables_as_stored(session, made.table.name, asked.naming);
    made.state = expanded_state_beside(made.tables.original, asked.naming);
    made.expanded = expanded_or_throw(earlier::expanded_columns(session, made.state), asked);
    made.goes = going(made.expanded, asked.goes);
    made.stays = going(made.expanded, asked.goes == way::drop ? way::abandon : way::drop);
    made.at = standing_of(session, made, asked);
    if (made.at != standing::begins) {
        made.alter = made.expanded.alter;
        return made;
    }
    made.indexes = indexes_over(made.table, made.goes);
    made.obstacles = pair_obstacles(session, made, asked);
    append(made.obstacles,
           bound_to_column(session, made.table, made.goes, made.expanded.asked.new_column));
    append(made.obstacles, index_obstacles(made, asked));
    made.alter = alter_options(parts_of(made, asked));
    made.used_by.code = code_that_names(session, made.table, made.goes, made.used_by.unseen);
    return made;
}

std::vector<refusal> reasons_against(const plan& made, const task& asked) {
    std::vector<refusal> found = made.obstacles;
    if (asked.despite_use || made.at != standing::begins) return found;
    for (const std::string& one : made.used_by.code)
        found.push_back({fmt::format("{} names {}", one, quoted_name(made.goes)),
                         fmt::format("Make it anew without that name. {}", let_it_be)});
    for (const std::string& one : made.used_by.unseen)
        found.push_back({fmt::format("{} may be used by {}", quoted_name(made.goes), one),
                         std::string(let_it_be)});
    for (const watched_server& one : made.used_by.servers) append_server(one, made, asked, found);
    return found;
}

}  // namespace segue::contract
