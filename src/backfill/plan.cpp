#include "src/backfill/plan.hpp"

#include "src/backfill/dependences.hpp"
#include "src/backfill/may_change.hpp"
#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/base/refusal.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/earlier/others_at_work.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/preflight/key_check.hpp"
#include "src/preflight/load_obstacles.hpp"
#include "src/preflight/set_columns.hpp"
#include "src/preflight/table_obstacles.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/row_key.hpp"
#include "src/schema/trigger.hpp"
#include "src/servers/account.hpp"
#include "src/servers/read_only_refusal.hpp"
#include "src/servers/server_facts.hpp"
#include "throttle/known_limits.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

void append(std::vector<refusal>& refusals, std::vector<refusal> more) {
    for (refusal& one : more) refusals.push_back(std::move(one));
}

// Of the binary log nothing is read, so that less is asked of the server than for a migration.
void look_at_server(const inspected_at& at, plan& made, std::vector<refusal>& refusals) {
    std::map<std::string, std::string> seen;
    for (const db::row& one : at.session.query(
             R"(SHOW VARIABLES
                WHERE Variable_name IN ('version','hostname','port','log_bin','binlog_format',
                  'binlog_row_image','read_only','super_read_only','max_allowed_packet'))"))
        seen[one[0].value_or("")] = one[1].value_or("");
    made.version = seen["version"];
    made.host = seen["hostname"] + ":" + seen["port"];
    constexpr unsigned oldest_version = 80019;
    if (made.version.find("MariaDB") != std::string::npos ||
        servers::version_number(made.version) < oldest_version)
        throw error(
            fmt::format("the server is {}. Segue works with MySQL 8.0.19 or above.", made.version));
    made.packet_bytes_max = db::to_uint64(seen["max_allowed_packet"], "max_allowed_packet");
    made.images_are_full = seen["binlog_row_image"] != "MINIMAL";
    if (seen["log_bin"] == "ON" && seen["binlog_format"] == "STATEMENT")
        refusals.push_back(
            {"binlog_format is STATEMENT, and rows are updated at READ COMMITTED, which the server "
             "refuses to log so",
             "SET GLOBAL binlog_format=ROW; then let every session that writes connect anew."});
    if (seen["read_only"] == "ON")
        refusals.push_back(servers::read_only_refusal(made.host, seen["super_read_only"]));
    const servers::account_facts account = servers::read_account(at.session, at.asked.table.schema);
    constexpr std::array on_schema = {"SELECT", "INSERT", "UPDATE", "DELETE",
                                      "CREATE", "DROP",   "ALTER"};
    if (!account.held.missing(on_schema).empty())
        refusals.push_back({fmt::format("on {} the account lacks privileges on {}", made.host,
                                        quoted_name(at.asked.table.schema)),
                            account.held.grants_of_missing(on_schema, account.name)});
    const auto status = at.session.query("SHOW GLOBAL STATUS");
    append(refusals, preflight::load_obstacles(status, at.pace));
    made.status_numbers = throttle::whole_numbers(status);
}

void look_at_table(const inspected_at& at, plan& made, std::vector<refusal>& refusals) {
    auto found = schema::read_table(at.session, at.asked.table);
    if (!found) {
        std::vector<std::string> known;
        for (const db::row& one : at.session.query(
                 "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=" +
                 quoted_literal(at.asked.table.schema)))
            known.push_back(one[0].value_or(""));
        refusals.push_back(
            {fmt::format("there is no table {} that the account can see", at.asked.table.quoted()),
             did_you_mean(at.asked.table.name, known) +
                 "Check --database and --table, and the account's privileges."});
        throw_refusals(refusals);
    }
    made.table = std::move(*found);
    append(refusals, preflight::shape_obstacles(made.table));
    throw_refusals(refusals);
}

// --where is judged as an expression is.
void judge(const inspected_at& at, const migration_tables& tables, plan& made) {
    std::vector<expressions::assignment> all = at.asked.sets;
    if (at.asked.back) all.push_back(*at.asked.back);
    if (!at.asked.where.empty()) all.push_back({.column = "--where", .expression = at.asked.where});
    made.sets =
        preflight::judge_on_twin({.session = at.session,
                                  .table = made.table,
                                  .tables = tables,
                                  .record = at.record,
                                  .stop = at.stop},
                                 all,
                                 at.asked.nondeterministic ? expressions::dependence::also_others
                                                           : expressions::dependence::row_alone);
    made.where = "TRUE";
    made.has_where = !at.asked.where.empty() || at.asked.back;
    if (!at.asked.where.empty()) {
        made.where = std::move(made.sets.back().expression);
        made.sets.pop_back();
    }
    if (!at.asked.back) return;
    made.back = std::move(made.sets.back());
    made.sets.pop_back();
    const auto name_of = [&](const schema::set_column& set) {
        return made.table.name.quoted() + "." + quoted_name(set.target);
    };
    made.where += fmt::format(" AND ({} IS NULL OR {})", name_of(made.sets.front()),
                              may_change(*made.back, made.table, name_of(*made.back)));
    made.where = "(" + made.where + ")";
}

void choose_key(const inspected_at& at, plan& made) {
    const schema::source_of same = [](std::string_view name) { return std::string(name); };
    auto choice = schema::choose_key(
        made.table, made.table, same,
        {.full_images = true, .unambiguous_times = preflight::times_are_unambiguous(at.session)});
    made.key_explanation = choice.explanation;
    if (!choice.chosen)
        throw_refusals({{"no key names the rows: " + choice.explanation,
                         "The table needs a primary key, or a unique index over NOT NULL columns "
                         "(docs/limits.md)."}});
    const auto& parts = choice.chosen->columns;
    for (const schema::key_column& one : parts) {
        const schema::column* const part = made.table.find_column(one.source);
        if (parts.size() > 1 && part != nullptr &&
            (part->data_type == "enum" || part->data_type == "set"))
            throw_refusals(
                {{fmt::format("the key's column {} is an {}, and the key has several",
                              quoted_name(one.source), part->data_type == "enum" ? "ENUM" : "SET"),
                  "The server compares such keys by their names, and finds no row by "
                  "their numbers. Use a migration with --set (docs/backfill.md)."}});
    }
    made.rows.source = made.table.name;
    made.rows.target = made.table.name;
    made.rows.key = std::move(*choice.chosen);
    const rows::statements texts(made.rows, /*locking_reads=*/false, made.packet_bytes_max);
    if (texts.packet_bytes_needed() > made.packet_bytes_max)
        throw_refusals(
            {{fmt::format("max_allowed_packet is {}, and statements about single rows of "
                          "this table take more",
                          made.packet_bytes_max),
              "SET GLOBAL max_allowed_packet=67108864;"}});
    static_cast<void>(preflight::check_key_forms_in_source(at.session, texts));
}

std::string key_text(const schema::row_key& key) {
    std::vector<std::string> names;
    for (const schema::key_column& one : key.columns) names.push_back(quoted_name(one.source));
    return fmt::format("{} ({})", quoted_name(key.source_index), fmt::join(names, ", "));
}

// The trigger that keeps the column in step gives it the very value that is set.
bool is_own_pair(const schema::trigger& one, const plan& made) {
    return std::ranges::any_of(made.sets, [&](const schema::set_column& set) {
        return earlier::is_of_pair(one, set.target);
    });
}

void look_at_triggers(const inspected_at& at, plan& made) {
    for (const schema::trigger& one : schema::read_triggers(at.session, made.table.name))
        if (one.event == "UPDATE" && !is_own_pair(one, made)) {
            made.triggers.push_back(one.name);
            made.triggers_come_first |= one.timing == "BEFORE";
        }
    if (!made.triggers.empty())
        made.notices.push_back(fmt::format("each row that is updated fires the trigger{} {}",
                                           made.triggers.size() == 1 ? "" : "s",
                                           fmt::join(made.triggers, ", ")));
}

void look_at_earlier(const inspected_at& at, plan& made) {
    made.asked = {.sets = expressions::text_of(at.asked.sets),
                  .where = at.asked.back ? at.asked.back->text() : at.asked.where,
                  .touch = at.asked.touch ? "yes" : "no",
                  .key = key_text(made.rows.key)};
    std::optional<saved> left = state_table(made.state, "").read(at.session);
    const std::string differs = left ? difference(left->asked, made.asked) : "";
    const bool is_empty = left && left->owner.empty();
    if (left && (is_empty || at.asked.earlier == earlier::run_use::begun_anew)) {
        made.drops_state = true;
    } else if (left && !differs.empty()) {
        throw_refusals(
            {{fmt::format("{} holds the state of another backfill of this table{}: {}",
                          made.state.quoted(),
                          left->run.empty() ? "" : fmt::format(" ({})", left->run), differs),
              "Give the same command to go on with it, or --no-resume to give it up: "
              "what it has changed stays."}});
    } else if (!left && at.asked.earlier == earlier::run_use::required) {
        throw_refusals(
            {{fmt::format("there is no backfill of {} to go on with", made.table.name.quoted()),
              "To begin anew give the same command without --resume."}});
    } else {
        made.goes_on = std::move(left);
    }
}

}  // namespace

plan inspect(const inspected_at& at) {
    plan made;
    std::vector<refusal> refusals;
    look_at_server(at, made, refusals);
    look_at_table(at, made, refusals);
    const auto tables = earlier::tables_as_stored(at.session, made.table.name, at.asked.naming);
    made.state = backfill_state_beside(tables.original, at.asked.naming);
    earlier::claim_start(at.session, tables.original);
    if (const auto others =
            earlier::others_at_work(at.session, tables, {.needs_tables = false}, at.stop))
        throw_refusals({*others});
    look_at_table(at, made, refusals);  // Who has come to an end since may have swapped it.
    std::vector<schema::set_column> written;
    for (const expressions::assignment& one : at.asked.sets)
        written.push_back(
            {.target = one.column, .asked = one.expression, .expression = {}, .reads = {}});
    throw_refusals(schema::obstacles_to_setting(written, made.table, schema::set_table::in_place));
    judge(at, tables, made);
    if (!at.asked.touch)
        for (const schema::column& one : made.table.columns)
            if (one.sets_itself_on_update && schema::find_set(made.sets, one.name) == nullptr)
                made.kept.push_back(one.name);
    choose_key(at, made);
    throw_refusals(obstacles_in(made.sets, made.table, made.rows.key));
    throw_refusals(obstacles_to_differing(made.sets, made.table, made.where, made.has_where));
    made.reads_what_it_writes = reads_what_it_writes(made.sets, made.table, at.asked.touch);
    made.differs_each_time = std::ranges::any_of(
        made.sets, [](const schema::set_column& one) { return !one.deterministic; });
    look_at_triggers(at, made);
    look_at_earlier(at, made);
    return made;
}

}  // namespace segue::backfill
