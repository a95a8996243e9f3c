#include "src/commands/trial_tables.hpp"

#include "src/new_table/empty_table.hpp"
#include "src/new_table/kept_foreign_keys.hpp"

#include <string>

#include <fmt/format.h>

namespace segue::commands {
namespace {

constexpr unsigned parents_max = 99;

// As preflight::expression_twin() and foreign_key_trial have them; the table with the keys comes
// before its parents.
std::vector<std::string> names_of_trials(const std::string& rehearsal) {
    const std::string trunk = rehearsal.substr(0, rehearsal.size() - 1);
    std::vector<std::string> names{rehearsal, trunk + "e", trunk + "f"};
    const std::string beginning = rehearsal.substr(0, rehearsal.size() - 2);
    for (unsigned i = 1; i <= parents_max; ++i)
        names.push_back(fmt::format("{}{:02}", beginning, i));
    return names;
}

bool is_ours(db::session& session, const table_name& name) {
    const auto text = session.query_row("SHOW CREATE TABLE " + name.quoted())[1].value_or("");
    return preflight::is_marked_for_a_moment(text) &&
           session.query("SELECT 1 FROM " + name.quoted() + " LIMIT 1").empty();
}

}  // namespace

trial_tables find_trial_tables(db::session& session, const migration_tables& tables) {
    std::string list;
    for (const std::string& name : names_of_trials(tables.rehearsal.name))
        list += (list.empty() ? "" : ",") + quoted_literal(name);
    trial_tables found;
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
    for (const table_name& name : found.ours) preflight::drop_left_for_a_moment(session, name);
}

}  // namespace segue::commands
