#include "src/preflight/set_columns.hpp"

#include "src/base/error.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/rename_cost.hpp"
#include "src/new_table/twin_names.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {

std::vector<schema::set_column> judged_sets(const workplace& at, const plan& made) {
    if (at.request.sets.empty()) return {};
    return judge_on_twin({.session = at.session,
                          .table = made.original,
                          .tables = made.tables,
                          .record = at.record,
                          .stop = at.stop},
                         at.request.sets,
                         at.request.nondeterministic_sets ? expressions::dependence::also_others
                                                          : expressions::dependence::row_alone);
}

std::vector<schema::set_column> judge_on_twin(const judged_by& by,
                                              std::span<const expressions::assignment> sets,
                                              expressions::dependence allowed) {
    const table_name name = expression_twin(by.tables);
    clear_for_a_moment(by.session, name, {by.table.name});
    empty_table twin(by.session, by.record, name, by.table.name,
                     empty_table::purpose::for_a_moment);
    // Each ALTER would be made on each partition.
    if (rename_cost::is_measured(by.table))
        by.session.execute(fmt::format("ALTER TABLE {} REMOVE PARTITIONING", name.quoted()));
    if (const auto text = expressions::without_auto_increment(by.table, name); !text.empty())
        by.session.execute(text);
    expressions::expression_judge judge(by.session, by.table, name);
    std::vector<schema::set_column> judged;
    const bool may_depend = allowed == expressions::dependence::also_others;
    for (const expressions::assignment& one : sets) {
        if (by.stop.stop_requested()) throw stopped();
        auto found = judge.judge(one, allowed);
        judged.push_back({.target = one.column,
                          .asked = one.expression,
                          .expression = std::move(found.text),
                          .reads = std::move(found.reads),
                          .deterministic = found.on == expressions::dependence::row_alone &&
                                           !(found.is_time && may_depend),
                          .is_time = found.is_time});
    }
    twin.drop();
    return judged;
}

std::vector<refusal> sets_in_foreign_keys(const plan& made) {
    std::vector<refusal> found;
    for (const kept_foreign_key& key : made.along.foreign_keys)
        for (const std::string& column : key.wanted.columns)
            if (schema::find_set(made.sets, column) != nullptr)
                found.push_back(
                    {fmt::format("--set would change {}, a column of the foreign key {}",
                                 quoted_name(column), quoted_name(key.wanted.name)),
                     "Drop the foreign key in the ALTER, and add it again when the "
                     "values are right."});
    return found;
}

}  // namespace segue::preflight
