#include "src/split/plan.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/db/session_factory.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/others_at_work.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/expressions/assignment.hpp"
#include "src/preflight/key_check.hpp"
#include "src/preflight/load_obstacles.hpp"
#include "src/preflight/set_columns.hpp"
#include "src/preflight/table_obstacles.hpp"
#include "src/rows/statements.hpp"
#include "src/servers/tables_there.hpp"
#include "src/split/earlier_split.hpp"
#include "src/split/obstacles.hpp"
#include "src/split/split_projection.hpp"
#include "src/split/trial_target.hpp"
#include "throttle/known_limits.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

const preflight::table_record nobody{.made = [](const table_name&) {},
                                     .dropped = [](const table_name&) {}};

void append(std::vector<refusal>& refusals, std::vector<refusal> more) {
    for (refusal& one : more) refusals.push_back(std::move(one));
}

schema::table_definition read_source(const inspected_at& at) {
    const table_name& from = at.asked.from;
    auto found = schema::read_table(at.session, from);
    if (found) return std::move(*found);
    std::vector<std::string> known;
    for (const db::row& one :
         at.session.query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=" +
                          quoted_literal(from.schema)))
        known.push_back(one[0].value_or(""));
    throw_refusals({{fmt::format("there is no table {} that the account can see", from.quoted()),
                     did_you_mean(from.name, known) +
                         "Check --database and --from, and the account's privileges."}});
    return {};
}

void look_at_server(const inspected_at& at, plan& made) {
    std::vector<refusal> refusals;
    made.server = servers::read_server(at.session, at.asked.from.schema,
                                       servers::server_kind::primary, refusals);
    made.stream_host = made.server.host;
    if (const auto& replica = at.roles.stream_from()) {
        made.server.image_is_minimal |= replica->image_is_minimal;
        made.stream_host = replica->host;
    }
    const auto status = at.session.query("SHOW GLOBAL STATUS");
    append(refusals, preflight::load_obstacles(status, at.pace));
    made.status_numbers = throttle::whole_numbers(status);
    throw_refusals(refusals);
}

// In an order that is the same for every run.
void claim_both(db::session& session, const migration_tables& tables) {
    std::array both = {tables.original, tables.ghost};
    std::ranges::sort(both, {}, &table_name::name);
    for (const table_name& one : both) earlier::claim_start(session, one);
}

void look_for_others(const inspected_at& at, const plan& made) {
    const std::string base_table = "BASE TABLE";
    for (const table_name& one :
         {made.tables.changelog, made.tables.checkpoint, made.tables.rehearsal})
        if (servers::type_of_table(at.session, one).value_or(base_table) != base_table)
            throw_refusals({{fmt::format("{} is a view, and Segue needs that name", one.quoted()),
                             "Drop it, or give it another name."}});
    for (const table_name& one : {made.tables.original, made.tables.ghost})
        if (const auto others =
                earlier::others_at_work(at.session, migration_tables::of(one),
                                        {.needs_tables = false, .is_ours = {}}, at.stop))
            throw_refusals({*others});
    if (const auto others = earlier::at_work(at.session, made.tables, at.stop))
        throw_refusals({*others});
}

std::string judged_where(const inspected_at& at, const plan& made) {
    if (at.asked.where.empty()) return "";
    const std::array asked = {
        expressions::assignment{.column = "--where", .expression = at.asked.where}};
    return preflight::judge_on_twin({.session = at.session,
                                     .table = made.source,
                                     .tables = migration_tables::of(made.source.name),
                                     .record = nobody,
                                     .stop = at.stop},
                                    asked, expressions::dependence::row_alone_always)
        .front()
        .expression;
}

void read_target(const inspected_at& at, plan& made) {
    if (auto found = schema::read_table(at.session, made.tables.ghost)) {
        made.target = std::move(*found);
        return;
    }
    if (at.asked.create.empty())
        throw_refusals({{fmt::format("there is no table {} that the account can see",
                                     made.tables.ghost.quoted()),
                         "Make it, empty, with a NOT NULL unique key over the column that the "
                         "source's key goes to; or let --create=\"CREATE TABLE ...\" make it."}});
    made.makes_target = true;
    made.create = create_statement_for(at.asked.create, at.asked.into.name, at.asked.into.schema,
                                       made.tables.ghost.quoted());
    trial_target trial(at.session, nobody, made,
                       create_statement_for(at.asked.create, at.asked.into.name,
                                            at.asked.into.schema, made.tables.rehearsal.quoted()));
    made.target = trial.definition();
    trial.drop();
    made.target.name = made.tables.ghost;
}

void look_at_tables(const inspected_at& at, const plan& made) {
    std::vector<refusal> refusals = preflight::shape_obstacles(made.source);
    append(refusals, preflight::shape_obstacles(made.target));
    append(refusals, preflight::index_obstacles(made.target));
    append(refusals, obstacles_on_source(at.session, made.source));
    if (!made.makes_target) append(refusals, obstacles_on_target(at.session, made.target.name));
    throw_refusals(refusals);
    if (at.roles.stream_from()) at.roles.throw_if_tables_differ(at.session, made.source.name);
}

void project_rows(const inspected_at& at, plan& made) {
    const std::string where = judged_where(at, made);
    auto found = project(made.source, made.target, at.asked.columns, where,
                         {.full_images = !made.server.image_is_minimal,
                          .unambiguous_times = preflight::times_are_unambiguous(at.session)},
                         schema::read_value_rules(at.session));
    made.projection = std::move(found.how);
    made.key_explanation = std::move(found.key_explanation);
    made.compared_target = std::move(found.compared_target);
    made.own_columns = std::move(found.own_columns);
    const rows::statements texts(made.projection, /*locking_reads=*/false,
                                 made.server.packet_bytes_max);
    if (texts.packet_bytes_needed() > made.server.packet_bytes_max)
        throw_refusals(
            {{fmt::format("max_allowed_packet is {}, and statements about single rows of "
                          "this table take up to {} bytes",
                          made.server.packet_bytes_max, texts.packet_bytes_needed()),
              "SET GLOBAL max_allowed_packet=67108864;"}});
    // Whether a row is named by its key does not depend on the condition.
    schema::projection of_all = made.projection;
    of_all.where.clear();
    static_cast<void>(preflight::check_key_forms_in_source(
        at.session,
        rows::statements(of_all, /*locking_reads=*/false, made.server.packet_bytes_max)));
}

void tell(plan& made) {
    for (const std::string& weaker : made.server.weaker) made.notices.push_back(weaker);
    if (made.projection.keeps_rows)
        made.notices.push_back(fmt::format(
            "rows of {} keep what they have in columns that are not written, and AUTO_INCREMENT "
            "numbers are used up by changes of rows as well: there will be gaps",
            made.target.name.quoted()));
}

std::string facts_of(const task& asked) {
    return fmt::format("--from={} --columns=\"{}\" --where=\"{}\"", asked.from.name,
                       text_of(asked.columns), asked.where);
}

error changed(const table_name& table) {
    return error(
        fmt::format("the definition of {} was changed by another session while it was split",
                    table.quoted()),
        {.spoils_run = true});
}

}  // namespace

plan inspect(const inspected_at& at) {
    plan made;
    look_at_server(at, made);
    made.source = read_source(at);
    const table_name into = earlier::tables_as_stored(at.session, at.asked.into, {}).original;
    made.tables = split_tables(made.source.name, into);
    if (into == made.source.name)
        throw_refusals({{"--from and --into name one table", "Name another one with --into."}});
    claim_both(at.session, made.tables);
    look_for_others(at, made);
    read_target(at, made);
    look_at_tables(at, made);
    project_rows(at, made);
    made.asked = {.original = schema::stable_create_statement(made.source),
                  .target = schema::stable_create_statement(made.target),
                  .alter = facts_of(at.asked),
                  .sets = {},
                  .projection = schema::text_of(made.projection),
                  .session = db::conversion_settings(at.session)};
    look_at_earlier(at, made);
    tell(made);
    return made;
}

void throw_if_changed(db::session& session, const plan& made) {
    for (const auto* const one : {&made.source, &made.target}) {
        const auto now = schema::read_table(session, one->name);
        if (!now || !schema::same_definition(*now, *one)) throw changed(one->name);
    }
    std::vector<refusal> refusals = obstacles_on_source(session, made.source);
    append(refusals, obstacles_on_target(session, made.target.name));
    throw_refusals(refusals);
}

void throw_if_changed_under_lock(db::session& session, const plan& made) {
    for (const auto* const one : {&made.source, &made.target}) {
        schema::table_definition now;
        now.create_statement =
            session.query_row("SHOW CREATE TABLE " + one->name.quoted())[1].value_or("");
        if (!schema::same_definition(now, *one)) throw changed(one->name);
    }
    throw_refusals(obstacles_on_target(session, made.target.name));
}

}  // namespace segue::split
