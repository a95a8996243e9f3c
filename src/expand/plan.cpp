#include "src/expand/plan.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/others_at_work.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/expand/asked_column.hpp"
#include "src/expand/definer.hpp"
#include "src/expand/instant_column.hpp"
#include "src/expand/obstacles.hpp"
#include "src/expand/trial.hpp"
#include "src/expressions/column_references.hpp"
#include "src/expressions/expression_judge.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/rename_cost.hpp"
#include "src/new_table/twin_names.hpp"
#include "src/preflight/key_check.hpp"
#include "src/preflight/table_obstacles.hpp"
#include "src/schema/column_line.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/schema/row_key.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::expand {
namespace {

using schema::table_definition;

schema::row_key key_of(db::session& session, const table_definition& table) {
    auto choice = schema::choose_key(
        table, table, [](std::string_view name) { return std::string(name); },
        {.full_images = true, .unambiguous_times = preflight::times_are_unambiguous(session)});
    if (!choice.chosen)
        throw_refusals({{"no key names the rows: " + choice.explanation,
                         "The table needs a primary key, or a unique index over NOT NULL columns "
                         "(docs/limits.md)."}});
    return std::move(*choice.chosen);
}

/// Two empty tables that have both columns: on one the triggers are tried, on the other one, beside
/// it, expressions.
class twins {
  public:
    twins(const inspected_at& at, const plan& made)
        : at_(at),
          stand_in_(made_free(at, made, made.tables.rehearsal)),
          judged_on_(made_free(at, made, preflight::expression_twin(made.tables))),
          pair_table_(at.session, at.record, stand_in_, made.table.name,
                      preflight::empty_table::purpose::for_a_moment) {
        if (preflight::rename_cost::is_measured(made.table))
            at.session.execute(
                fmt::format("ALTER TABLE {} REMOVE PARTITIONING", stand_in_.quoted()));
    }

    /// Adds the column, as it is meanwhile, where it is not there; returns what is added.
    std::string add_column(const plan& made) {
        const std::string name = at_.asked.up.column;
        std::string meanwhile = definition_meanwhile(line_asked_for(made), name);
        if (made.column_is_there)
            check_column_there(made, meanwhile);
        else
            add_instantly(meanwhile);
        expanded_ = servers::read_or_refuse(at_.session, stand_in_);
        return meanwhile;
    }

    std::vector<expressions::judged_expression> judge(
        const std::vector<expressions::assignment>& all) {
        preflight::empty_table table(at_.session, at_.record, judged_on_, stand_in_,
                                     preflight::empty_table::purpose::for_a_moment);
        if (const auto text = expressions::without_auto_increment(expanded_, judged_on_);
            !text.empty())
            at_.session.execute(text);
        expressions::expression_judge judge(at_.session, expanded_, judged_on_);
        std::vector<expressions::judged_expression> judged;
        for (const expressions::assignment& one : all)
            judged.push_back(judge.judge(one, expressions::dependence::row_alone_always));
        table.drop();
        return judged;
    }

    void make_pair(const plan& made) {
        const auto make = [&](const std::string& event, std::string_view suffix, std::string body) {
            at_.session.execute(create_trigger(
                {.name = {stand_in_.schema,
                          trigger_beside(made.table.name, made.pair.new_column.name, suffix)},
                 .event = event,
                 .table = stand_in_,
                 .definer = made.definer,
                 .order = "",
                 .body = std::move(body)}));
        };
        make("UPDATE", "_xtu", body_of_update(made.pair));
        make("INSERT", "_xti", body_of_insert(made.pair));
    }

    const table_definition& expanded() const noexcept { return expanded_; }
    void drop() { pair_table_.drop(); }

  private:
    static table_name made_free(const inspected_at& at, const plan& made, table_name name) {
        preflight::clear_for_a_moment(at.session, name, {made.table.name, made.tables.ghost});
        return name;
    }
    // As the server prints a column of this definition: one of another name is added for a moment.
    std::string printed(const std::string& definition) {
        std::string name = "segue_wanted";
        while (at_.asked.up.column == name || expanded_.find_column(name) != nullptr) name += '_';
        alter(fmt::format("ADD COLUMN {} {}", quoted_name(name), definition));
        std::string line(
            schema::column_line(servers::read_or_refuse(at_.session, stand_in_), name));
        alter(fmt::format("DROP COLUMN {}", quoted_name(name)));
        return line.substr(quoted_name(name).size());
    }
    std::string line_asked_for(const plan& made) {
        expanded_ = servers::read_or_refuse(at_.session, stand_in_);
        if (at_.asked.definition.empty())
            return std::string(schema::column_line(made.table, made.pair.old_column.name));
        return quoted_name(at_.asked.up.column) + printed(at_.asked.definition);
    }
    // One that nobody has written down, or that is another one by now.
    void check_column_there(const plan& made, const std::string& meanwhile) {
        const std::string& name = made.table.find_column(at_.asked.up.column)->name;
        const std::string is(schema::column_line(made.table, name));
        const std::string wanted =
            quoted_name(name) + printed(meanwhile.substr(quoted_name(at_.asked.up.column).size()));
        if (is == wanted) return;
        throw_refusals(
            {{fmt::format("there is a column {} already, and it is another one than an expand "
                          "makes: {}, and not {}",
                          quoted_name(name), is, wanted),
              "Choose another name, or change the column by a migration so that it reads so; it is "
              "taken as it is then."}});
    }
    // What keeps the server from that it tells of an empty table as well, but for the number of
    // row versions.
    void add_instantly(const std::string& column) {
        try {
            alter(fmt::format("ADD COLUMN {}, ALGORITHM=INSTANT", column));
        } catch (const error& failure) {
            if (auto why = why_not_instant(failure, column)) throw_refusals({std::move(*why)});
            throw;
        }
    }
    void alter(const std::string& clause) {
        at_.session.execute(fmt::format("ALTER TABLE {} {}", stand_in_.quoted(), clause));
    }

    const inspected_at& at_;
    const table_name stand_in_;
    const table_name judged_on_;
    preflight::empty_table pair_table_;
    table_definition expanded_;
};

schema::set_column set_of(const expressions::assignment& asked,
                          const expressions::judged_expression& judged) {
    return {.target = asked.column,
            .asked = asked.expression,
            .expression = judged.text,
            .reads = judged.reads,
            .is_time = judged.is_time};
}

std::string over_new(const expressions::assignment& asked,
                     const expressions::judged_expression& judged) {
    return "(" + expressions::prefixed(asked.expression, judged.columns, "NEW.") + ")";
}

// Ours come behind all others, unless they are to come before them.
std::string order_of(const std::vector<schema::trigger>& triggers, const std::string& event,
                     const std::string& asked) {
    std::vector<const schema::trigger*> there;
    for (const schema::trigger& one : triggers)
        if (one.timing == "BEFORE" && one.event == event) there.push_back(&one);
    if (there.empty()) return {};
    return asked == "precedes" ? "PRECEDES " + quoted_name(there.front()->name)
                               : "FOLLOWS " + quoted_name(there.back()->name);
}

// Names of triggers are unique in a schema, and an old table that an earlier migration or contract
// has left keeps its pair.
void refuse_held_names(db::session& session, const plan& made) {
    std::vector<refusal> found;
    const auto look_for = [&](const std::string& name, bool is_there) {
        if (is_there) return;
        for (const db::row& one : session.query(
                 fmt::format("SELECT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE "
                             "TRIGGER_SCHEMA={} AND TRIGGER_NAME={}",
                             quoted_literal(made.table.name.schema), quoted_literal(name))))
            found.push_back({fmt::format("the table {} has a trigger of the name {}",
                                         quoted_name(one[0].value_or("")), quoted_name(name)),
                             "Drop that table if it is an old one that is not needed any more, or "
                             "the trigger."});
    };
    look_for(made.update_trigger, made.update_is_there);
    look_for(made.insert_trigger, made.insert_is_there);
    throw_refusals(found);
}

void look_at_triggers(const inspected_at& at, plan& made) {
    const auto triggers = schema::read_triggers(at.session, made.table.name);
    throw_refusals(trigger_obstacles(triggers, at.asked));
    const std::string& name = made.pair.new_column.name;
    std::vector<schema::trigger> others;
    made.update_trigger = trigger_beside(made.table.name, name, "_exu");
    made.insert_trigger = trigger_beside(made.table.name, name, "_exi");
    for (const schema::trigger& one : triggers) {
        if (!earlier::is_of_pair(one, name)) {
            others.push_back(one);
            continue;
        }
        (one.event == "UPDATE" ? made.update_is_there : made.insert_is_there) = true;
        (one.event == "UPDATE" ? made.update_trigger : made.insert_trigger) = one.name;
    }
    made.update_order = order_of(others, "UPDATE", at.asked.order);
    made.insert_order = order_of(others, "INSERT", at.asked.order);
    refuse_held_names(at.session, made);
}

void explain_trial(const error& failure, const plan& made) {
    if (failure.mysql_errno() == er::binlog_create_routine_need_super)
        throw_refusals(
            {{fmt::format("with the binary log on, the server asks for SUPER of whoever creates a "
                          "trigger, and {} has it not (error 1419)",
                          made.server.account),
              "SET GLOBAL log_bin_trust_function_creators=ON; lets whoever has TRIGGER create "
              "them; "
              "it may be turned OFF again when both are there. Or: " +
                  fmt::format("GRANT SUPER ON *.* TO {};", made.server.account)}});
    if (failure.mysql_errno() == er::specific_access_denied_error)
        throw_refusals(
            {{fmt::format("the account may not make triggers that act by the rights of {}: {}",
                          made.definer, failure.what()),
              fmt::format("GRANT SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER ON *.* TO {}; (before "
                          "8.2: SET_USER_ID), or leave --definer out.",
                          made.server.account)}});
}

// Columns may be written with their table's name, which means nothing beside a stand-in.
expressions::assignment without_table(expressions::assignment asked,
                                      const table_definition& expanded, const table_name& table) {
    table_definition original = expanded;
    original.name = table;
    auto references = expressions::references_in(asked.expression, original);
    std::erase_if(references, [&](const expressions::column_reference& one) {
        return asked.expression.substr(one.offset, one.length).find('.') == std::string::npos;
    });
    asked.expression = expressions::prefixed(asked.expression, references, "");
    return asked;
}

struct both_ways {
    schema::set_column up;
    schema::set_column down;
};

// What the server makes of the two expressions.
both_ways judge_expressions(const inspected_at& at, twins& pair, plan& made) {
    const table_definition& expanded = pair.expanded();
    const auto asked_up = without_table(at.asked.up, expanded, made.table.name);
    const auto asked_down = without_table(at.asked.down, expanded, made.table.name);
    const auto judged = pair.judge({asked_up, asked_down});
    both_ways of{.up = set_of(asked_up, judged[0]), .down = set_of(asked_down, judged[1])};
    throw_refusals(expression_obstacles(of.up, of.down, expanded));
    throw_refusals(schema::obstacles_to_setting(std::vector{of.up, of.down}, expanded,
                                                schema::set_table::in_place));
    made.pair.up = over_new(asked_up, judged[0]);
    made.pair.down = over_new(asked_down, judged[1]);
    for (const std::string& one : of.up.reads)
        if (!sql::same_name(one, made.pair.old_column.name))
            made.pair.inputs.push_back(*expanded.find_column(one));
    return of;
}

void judge_and_try(const inspected_at& at, plan& made) {
    twins pair(at, made);
    made.definition = pair.add_column(made);
    const table_definition& expanded = pair.expanded();
    made.pair.new_column = *expanded.find_column(at.asked.up.column);
    const auto [up, down] = judge_expressions(at, pair, made);
    std::vector<std::string> used = up.reads;
    used.insert(used.end(), down.reads.begin(), down.reads.end());
    throw_refusals(
        other_expands(earlier::expanded_columns(at.session, made.state), made.facts, used));
    used.push_back(made.pair.old_column.name);
    throw_refusals(
        foreign_key_obstacles(schema::read_foreign_keys(at.session, made.table.name), used));
    look_at_triggers(at, made);
    const schema::row_key key = key_of(at.session, made.table);
    try {
        pair.make_pair(made);
    } catch (const error& failure) {
        explain_trial(failure, made);
        throw;
    }
    made.tried = try_pair({.session = at.session,
                           .table = made.table,
                           .stand_in = expanded,
                           .key = key,
                           .up = up,
                           .down = down,
                           .stop = at.stop});
    pair.drop();
}

void look_at_earlier(const inspected_at& at, plan& made) {
    for (earlier::expanded_column& one : earlier::expanded_columns(at.session, made.state))
        if (sql::same_name(one.asked.new_column, at.asked.up.column)) made.goes_on = std::move(one);
    if (!made.goes_on && made.column_is_there)
        made.notices.push_back(
            fmt::format("there is a column {} already, and it is taken as it is: rows in which it "
                        "holds another value are set",
                        quoted_name(at.asked.up.column)));
    if (made.goes_on && made.goes_on->sql_mode != made.sql_mode)
        made.notices.push_back(fmt::format(
            "the sql_mode of the server's sessions is another one now ({}) than when the triggers "
            "were made ({}), and they keep theirs",
            made.sql_mode, made.goes_on->sql_mode));
}

}  // namespace

plan inspect(const inspected_at& at) {
    plan made;
    std::vector<refusal> refusals =
        server_obstacles(at.session, at.asked.table.schema, made.server);
    throw_refusals(refusals);
    made.table = servers::read_or_refuse(at.session, at.asked.table);
    throw_refusals(preflight::shape_obstacles(made.table));
    made.tables = earlier::tables_as_stored(at.session, made.table.name, at.asked.naming);
    made.state = expanded_state_beside(made.tables.original, at.asked.naming);
    earlier::claim_start(at.session, made.tables.original);
    if (const auto others =
            earlier::others_at_work(at.session, made.tables, {.needs_tables = false}, at.stop))
        throw_refusals({*others});
    // Who was waited for may have made the column, or swapped the table.
    made.table = servers::read_or_refuse(at.session, made.table.name);
    throw_refusals(preflight::shape_obstacles(made.table));
    throw_refusals(column_obstacles(at.asked, made.table));
    made.pair.old_column = *made.table.find_column(at.asked.down.column);
    made.pair.old_default =
        default_literal(schema::column_line(made.table, made.pair.old_column.name));
    made.column_is_there = made.table.find_column(at.asked.up.column) != nullptr;
    made.sql_mode = at.session.query_value("SELECT @@SESSION.sql_mode").value_or("");
    const definer_facts definer =
        look_at_definer(at.session, at.asked.definer, made.table.name.schema);
    throw_refusals(definer.refusals);
    made.definer = definer.name;
    made.notices = definer.notices;
    made.facts = {.new_column = at.asked.up.column,
                  .old_column = made.pair.old_column.name,
                  .definition = at.asked.definition,
                  .up = at.asked.up.expression,
                  .down = at.asked.down.expression,
                  .order = at.asked.order,
                  .definer = made.definer};
    look_at_earlier(at, made);
    judge_and_try(at, made);
    return made;
}

}  // namespace segue::expand
