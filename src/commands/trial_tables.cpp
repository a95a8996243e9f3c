#include "src/commands/trial_tables.hpp"

#include "src/base/table_naming.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/kept_foreign_keys.hpp"
#include "src/new_table/twin_names.hpp"
#include "src/views/trial.hpp"

#include <string>

#include <fmt/format.h>

namespace segue::commands {
namespace {

bool is_ours(db::session& session, const table_name& name) {
    const auto text = session.query_row("SHOW CREATE TABLE " + name.quoted())[1].value_or("");
    return preflight::is_marked_for_a_moment(text) &&
           session.query("SELECT 1 FROM " + name.quoted() + " LIMIT 1").empty();
}

}  // namespace

trial_tables find_trial_tables(db::session& session, const migration_tables& tables) {
    std::string list;
    auto names = preflight::tables_for_a_moment(tables);
    names.push_back(view_trial_beside(tables.original).table);
    for (const table_name& one : names)
        list += (list.empty() ? "" : ",") + quoted_literal(one.name);
    trial_tables found;
    found.view = views::view_left_by_trial(session, tables.original);
    // '_ghf' and '_ghr' are greater than '_g99': what refers to others comes first.
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TABLE_NAME FROM information_schema.TABLES
                WHERE TABLE_SCHEMA={} AND TABLE_NAME IN ({}) AND TABLE_TYPE='BASE TABLE'
                ORDER BY TABLE_NAME DESC)",
             quoted_literal(tables.rehearsal.schema), list))) {
        const table_name name{tables.rehearsal.schema, one[0].value_or("")};
        (is_ours(session, name) ? found.ours : found.others).push_back(name);
    }
    return found;
}

void drop_trial_tables(db::session& session, const trial_tables& found) {
    const preflight::unchecked_foreign_keys unchecked(session);
    if (found.view) session.execute("DROP VIEW IF EXISTS " + found.view->quoted());
    for (const table_name& name : found.ours) preflight::drop_left_for_a_moment(session, name);
}

}  // namespace segue::commands
