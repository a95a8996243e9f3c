#include "src/commands/trial_tables.hpp"

#include "src/base/table_naming.hpp"
#include "src/new_table/kept_foreign_keys.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/twin_names.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/servers/tables_there.hpp"
#include "src/views/trial.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace segue::commands {
namespace {

// What a run may have made a table of this name like: the twin of a parent that the table has not,
// like none.
class templates {
  public:
    templates(db::session& session, const migration_tables& tables)
        : like_(preflight::made_like(session, tables)) {
        const std::size_t parents =
            schema::read_foreign_keys(session, tables.original).size();  // or fewer
        for (std::size_t i = parents; i < preflight::parent_twins_max; ++i)
            like_none_.push_back(preflight::parent_twin(tables, i));
    }
    const std::vector<table_name>& of(const table_name& name) const {
        return std::ranges::find(like_none_, name) == like_none_.end() ? like_ : nothing_;
    }

  private:
    const std::vector<table_name> like_;
    const std::vector<table_name> nothing_;
    std::vector<table_name> like_none_;
};

}  // namespace

trial_tables find_trial_tables(db::session& session, const migration_tables& tables) {
    std::string list;
    auto names = preflight::tables_for_a_moment(tables);
    names.push_back(view_trial_beside(tables.original).table);
    for (const table_name& one : names)
        list += (list.empty() ? "" : ",") + quoted_literal(one.name);
    trial_tables found;
    found.view = views::view_left_by_trial(session, tables.original);
    const templates like(session, tables);
    // '_ghf' and '_ghr' are greater than '_g99': what refers to others comes first.
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TABLE_NAME FROM information_schema.TABLES
                WHERE TABLE_SCHEMA={} AND TABLE_NAME IN ({}) AND TABLE_TYPE='BASE TABLE'
                ORDER BY TABLE_NAME DESC)",
             quoted_literal(tables.rehearsal.schema), list))) {
        const table_name name{tables.rehearsal.schema, one[0].value_or("")};
        if (preflight::is_left_for_a_moment(session, name, like.of(name)))
            found.ours.push_back(name);
        else if (servers::exists(session, name))
            found.others.push_back(name);
    }
    return found;
}

void drop_trial_tables(db::session& session, const trial_tables& found,
                       const migration_tables& tables) {
    const templates like(session, tables);
    const preflight::unchecked_foreign_keys unchecked(session);
    if (found.view) session.execute("DROP VIEW IF EXISTS " + found.view->quoted());
    for (const table_name& name : found.ours)
        preflight::drop_left_for_a_moment(session, name, like.of(name));
}

}  // namespace segue::commands
