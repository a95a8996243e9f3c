#include "cli/expand.hpp"

#include "cli/backfill.hpp"
#include "cli/display/expand_text.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/table_name.hpp"
#include "src/expand/asked_column.hpp"
#include "src/expand/expansion.hpp"
#include "src/expressions/assignment.hpp"
#include "src/sql/identifier_case.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

constexpr int differing_code = 4;

expressions::assignment assignment_of(std::string_view flag, const std::string& text) {
    try {
        return expressions::parse_assignment(text);
    } catch (const error& problem) {
        throw problem.in(flag);
    }
}

// Throws segue::error for flags that cannot be read.
expand::task task_of(const options& given) {
    const expand_flags& asked = given.expand;
    expand::task made{.table = given.run.request.original,
                      .naming = given.run.request.naming,
                      .up = {},
                      .down = {},
                      .order = asked.order,
                      .definer = asked.definer,
                      .touch = given.touch,
                      .earlier = given.run.request.earlier};
    if (!asked.rename.empty()) {
        const expand::asked_rename names = expand::parse_rename(asked.rename);
        made.up = {.column = names.to, .expression = quoted_name(names.from)};
        made.down = {.column = names.from, .expression = quoted_name(names.to)};
        return made;
    }
    const expand::asked_column column = expand::parse_column(asked.column);
    made.definition = column.definition;
    made.up = assignment_of("--up", asked.up);
    made.down = assignment_of("--down", asked.down);
    if (!sql::same_name(made.up.column, column.name))
        throw error(
            fmt::format("--up gives {} a value, and --column is {}: left of = in --up "
                        "stands the new column",
                        quoted_name(made.up.column), quoted_name(column.name)));
    if (sql::same_name(made.down.column, column.name))
        throw error(fmt::format("--down gives {} a value: left of = in it stands the old column",
                                quoted_name(made.down.column)));
    return made;
}

class expand_job final : public row_job {
  public:
    expand_job(const options& given, db::session_factory& sessions,
               const std::function<void(const std::string&)>& tell)
        : job_(task_of(given),
               {.stall_budget = given.run.stall_budget,
                .attempts_max = given.run.carrying.failures_max},
               {.sessions = sessions, .tell = tell}) {
        const expand::task asked = task_of(given);
        rows_ = {.table = asked.table, .sets = {asked.up}};
    }

    const backfill::task& asked() const override { return rows_; }
    bool has_rows_to_rehearse() const override { return false; }
    told_text rehearse(backfill::backfill*, const std::stop_token& stop) override {
        const expand::plan found = job_.rehearse(stop);
        return {.text = display::expand_rehearsal_text(found),
                .fields = display::expand_rehearsal_fields(found)};
    }
    backfill::task prepare(const std::stop_token& stop) override { return job_.prepare(stop); }
    told_end conclude(const backfill::outcome& done, const backfill::plan&) override {
        const bool in_step = job_.conclude(done);
        return {.code = in_step ? 0 : differing_code,
                .text = display::expand_end_text(done, *job_.about()),
                .fields = display::expand_end_fields(done, *job_.about())};
    }
    bool began() const override { return job_.began(); }

  private:
    expand::expansion job_;
    backfill::task rows_;
};

}  // namespace

int expand_table(const options& given, const std::vector<std::string>& notices) {
    return run_row_job(
        given, notices, "expand",
        [&given](db::session_factory& sessions, const auto& tell) -> std::unique_ptr<row_job> {
            return std::make_unique<expand_job>(given, sessions, tell);
        });
}

}  // namespace segue::cli
