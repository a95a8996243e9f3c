#include "src/views/plan.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/nearest_names.hpp"
#include "src/base/refusal.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/views/seen_view.hpp"
#include "src/views/tables_of_schema.hpp"
#include "src/views/trial.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace segue::views {
namespace {

void append(std::vector<refusal>& refusals, std::vector<refusal> more) {
    for (refusal& one : more) refusals.push_back(std::move(one));
}

std::string as_command(const task& asked) {
    return asked.as.empty() ? fmt::format("--view {}", asked.view)
                            : fmt::format("--as {}", asked.as);
}

class inspection {
  public:
    inspection(db::session& session, plan& made, const std::stop_token& stop)
        : session_(session), made_(made), record_(made.asked.database), stop_(stop) {}

    void run() {
        written_down_ = record_.read(session_);
        look_at_schema_of_views();
        find_tables();
        check_maps();
        throw_refusals(refusals_);
        seen_ = see_views(session_, made_.asked.schema_of_views());
        for (const std::string& table : tables_) {
            if (stop_.stop_requested()) throw stopped();
            plan_view(table);
        }
        tell_what_has_no_table();
        throw_refusals(refusals_);
    }

  private:
    const task& asked() const { return made_.asked; }

    void look_at_schema_of_views() {
        const auto schema_row = [&](const std::string& name) {
            return session_.query(fmt::format(
                R"(SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME
                   FROM information_schema.SCHEMATA WHERE SCHEMA_NAME={})",
                quoted_literal(name)));
        };
        const auto source = schema_row(asked().database);
        if (source.empty())
            throw_refusals({{fmt::format("there is no schema {} that the account can see",
                                         quoted_name(asked().database)),
                             "Check --database, and the account's privileges."}});
        if (asked().as.empty()) return;
        if (asked().as == asked().database)
            throw_refusals({{"--as names the schema of the tables themselves",
                             "Give another name; --view makes a view beside its table."}});
        // LOAD DATA reads a file in the character set of the default schema.
        made_.schema_statement =
            fmt::format("CREATE DATABASE {} CHARACTER SET {} COLLATE {}", quoted_name(asked().as),
                        source[0][0].value_or(""), source[0][1].value_or(""));
        const auto ours = record_.schemas(session_);
        made_.makes_schema = schema_row(asked().as).empty();
        if (!made_.makes_schema && std::ranges::find(ours, asked().as) == ours.end())
            throw_refusals(
                {{fmt::format("there is a schema {}, and `segue views` over {} has not made it",
                              quoted_name(asked().as), quoted_name(asked().database)),
                  "Give --as a name that is free."}});
    }

    void find_tables() {
        if (!asked().as.empty()) {
            tables_of_schema there = look_at_schema(session_, asked().database);
            tables_ = std::move(there.tables);
            for (std::string& one : there.skipped) made_.notices.push_back(std::move(one));
            if (tables_.empty())
                refusals_.push_back({fmt::format("there is no table in {} that the account can see",
                                                 quoted_name(asked().database)),
                                     "Check --database, and the account's privileges."});
            return;
        }
        const table_name table{asked().database, asked().table};
        const auto type = servers::type_of_table(session_, table);
        if (!type)
            refusals_.push_back(
                {fmt::format("there is no table {} that the account can see", table.quoted()),
                 did_you_mean(table.name, look_at_schema(session_, table.schema).tables) +
                     "Check --database and --table, and the account's privileges."});
        else if (type != "BASE TABLE")
            refusals_.push_back(
                {fmt::format("{} is a view itself", table.quoted()), "Name the table."});
        else
            tables_ = {table.name};
    }

    void check_maps() {
        for (column_map& one : made_.asked.maps) {
            if (!one.table) {
                if (asked().as.empty())
                    one.table = asked().table;
                else
                    refusals_.push_back({fmt::format("--map {} names no table", one.text()),
                                         "With --as write --map \"table.old_name=column\"."});
                continue;
            }
            const auto at = std::ranges::find_if(tables_, [&](const std::string& table) {
                return sql::same_table_name(table, *one.table, made_.at.names_fold_case);
            });
            if (at != tables_.end())
                one.table = *at;
            else
                refusals_.push_back(
                    {fmt::format("--map {}: no view is made over a table {} of {}", one.text(),
                                 quoted_name(*one.table), quoted_name(asked().database)),
                     did_you_mean(*one.table, tables_) + "Name a table that is there."});
        }
    }

    void plan_view(const std::string& called) {
        const table_name name{asked().database, called};
        const auto table = schema::read_table(session_, name);
        if (!table) return;  // It was dropped in this moment.
        std::vector<column_map> maps;
        std::ranges::copy_if(asked().maps, std::back_inserter(maps),
                             [&](const column_map& one) { return one.table == name.name; });
        view_design design = design_view(*table, maps);
        for (std::string& one : design.notices) made_.notices.push_back(std::move(one));
        if (!design.refusals.empty() && !fault::rule_taken_out("views.design"))
            return append(refusals_, std::move(design.refusals));
        planned_view planned{.wanted = {.view = {asked().schema_of_views(),
                                                 asked().as.empty() ? asked().view : name.name},
                                        .table = name.name,
                                        .definition = select_of(name, design.columns),
                                        .security = std::string(name_of(asked().with)),
                                        .definer = made_.at.account},
                             .statement = ""};
        if (!look_at_what_is_there(planned, design.columns)) return;
        planned.statement =
            fmt::format("CREATE {}ALGORITHM=MERGE SQL SECURITY {} VIEW {} AS {}",
                        planned.is == fate::replaced ? "OR REPLACE " : "", planned.wanted.security,
                        planned.wanted.view.quoted(), planned.wanted.definition);
        if (planned.is != fate::as_it_is)
            append(refusals_, try_view(session_, *table, design.columns));
        else
            clear_left_by_trial(session_, name);
        made_.views.push_back(std::move(planned));
    }

    // False: it is refused.
    bool look_at_what_is_there(planned_view& planned, std::span<const view_column> columns) {
        const table_name& view = planned.wanted.view;
        const auto seen = seen_.find(view.name);
        const auto before = std::ranges::find(written_down_, view, &made_view::view);
        if (seen == seen_.end()) {
            if (!servers::exists(session_, view)) return true;
            refusals_.push_back({fmt::format("there is a table {}", view.quoted()),
                                 "A view of that name is to be made: rename the table, or name "
                                 "another view."});
            return false;
        }
        if (before == written_down_.end()) {
            refusals_.push_back(
                {fmt::format("there is a view {}, and Segue has not made it", view.quoted()),
                 "Drop it, if it is not needed; else name another view."});
            return false;
        }
        if (const std::string how = changed_since(*before, seen->second); !how.empty()) {
            refusals_.push_back(
                {fmt::format("the view {} was changed since Segue made it: {}", view.quoted(), how),
                 fmt::format("If nobody needs it so: DROP VIEW {}; the same command makes it anew.",
                             view.quoted())});
            return false;
        }
        compare(planned, *before, seen->second, columns);
        return true;
    }

    static void compare(planned_view& planned, const made_view& before, const seen_view& now,
                        std::span<const view_column> columns) {
        planned.is = fate::as_it_is;
        // Whoever made it, its rights are those of whoever uses it; else of who made it.
        if (now.security == "INVOKER" && planned.wanted.security == "INVOKER")
            planned.wanted.definer = now.definer;
        if (now.definition != planned.wanted.definition)
            planned.changes = changes_between(
                columns_in(now.definition).value_or(std::vector<view_column>()), columns);
        if (now.definition != planned.wanted.definition && planned.changes.empty())
            planned.changes.emplace_back("it is over another table");
        if (now.security != planned.wanted.security)
            planned.changes.push_back(fmt::format("SQL SECURITY is {}, and was {}",
                                                  planned.wanted.security, now.security));
        else if (now.definer != planned.wanted.definer)
            planned.changes.push_back(
                fmt::format("its definer is {}, and was {}", planned.wanted.definer, now.definer));
        if (planned.changes.empty() && before.former)
            planned.changes.emplace_back("a run that was to replace it ended before it was done");
        if (planned.changes.empty()) return;
        planned.is = fate::replaced;
        planned.wanted.former = now.definition;
    }

    void tell_what_has_no_table() {
        if (asked().as.empty()) return;
        for (const made_view& one : written_down_)
            if (one.view.schema == asked().as &&
                std::ranges::find(tables_, one.table) == tables_.end())
                made_.notices.push_back(fmt::format(
                    "the view {} is over a table {} that is not there any more; `segue views {} "
                    "--drop` drops it with the others",
                    one.view.quoted(), quoted_name(one.table), as_command(asked())));
    }

    db::session& session_;
    plan& made_;
    const record_table record_;
    const std::stop_token& stop_;
    std::vector<refusal> refusals_;
    std::vector<std::string> tables_;
    std::vector<made_view> written_down_;
    std::map<std::string, seen_view> seen_;
};

}  // namespace

bool plan::has_nothing_to_do() const {
    return !makes_schema && std::ranges::all_of(views, [](const planned_view& one) {
        return one.is == fate::as_it_is;
    });
}

plan inspect(db::session& session, task asked, const std::stop_token& stop) {
    plan made;
    made.asked = std::move(asked);
    made.at = look_at_place(session, made.asked);
    inspection(session, made, stop).run();
    return made;
}

}  // namespace segue::views
