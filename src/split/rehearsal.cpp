#include "src/split/rehearsal.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/db/retry.hpp"
#include "src/rows/statements.hpp"
#include "src/split/trial_target.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

constexpr unsigned rows_shown = 10;
constexpr unsigned rows_counted = 10'000;

void count_matching(db::session& session, const plan& made, const rows::statements& texts,
                    trial& found) {
    const std::string& where = made.projection.where;
    const db::row counted = session.query_row(fmt::format(
        R"(SELECT COUNT(*), COALESCE(SUM(segue_matches),0)
           FROM (SELECT ({}) IS TRUE AS segue_matches FROM {} FORCE INDEX ({}){} LIMIT {})
             AS segue_counted)",
        where.empty() ? "TRUE" : where, made.source.name.quoted(),
        quoted_name(made.projection.key.source_index), texts.source_order(), rows_counted));
    found.rows_looked_at = db::to_uint64(counted[0], "rows");
    found.rows_matching = db::to_uint64(counted[1], "rows");
}

}  // namespace

trial try_rows(const inspected_at& at, const plan& made) {
    const preflight::table_record nobody{.made = [](const table_name&) {},
                                         .dropped = [](const table_name&) {}};
    trial found;
    const rows::statements texts(made.projection, /*locking_reads=*/false,
                                 made.server.packet_bytes_max);
    count_matching(at.session, made, texts, found);
    trial_target table(at.session, nobody, made,
                       made.makes_target ? create_statement_for(at.asked.create, at.asked.into.name,
                                                                at.asked.into.schema,
                                                                made.tables.rehearsal.quoted())
                                         : "");
    std::string names;
    std::string expressions;
    for (const auto& one : made.projection.columns) {
        names += (names.empty() ? "" : ",") + quoted_name(one.target);
        expressions += (expressions.empty() ? "" : ",") + one.expression;
    }
    try {
        at.session.execute(fmt::format(
            "INSERT INTO {} ({}) SELECT {} FROM {} FORCE INDEX ({}) WHERE TRUE{}{} LIMIT {}",
            made.tables.rehearsal.quoted(), names, expressions, made.source.name.quoted(),
            quoted_name(made.projection.key.source_index), texts.if_it_is_meant(),
            texts.source_order(), rows_shown));
    } catch (const error& failure) {
        if (!db::may_be_the_rows(failure)) throw;
        throw_refusals({{fmt::format("one of the first {} rows cannot be written into the target: "
                                     "{}",
                                     rows_shown, failure.what()),
                         "Change the column of the target, or leave such rows out by --where."}});
    }
    for (const schema::column& one : made.target.columns) found.columns.push_back(one.name);
    std::string all;
    for (const std::string& one : found.columns) all += (all.empty() ? "" : ",") + quoted_name(one);
    for (const db::row& one :
         at.session.query(fmt::format("SELECT {} FROM {}", all, made.tables.rehearsal.quoted())))
        found.rows.emplace_back(one.begin(), one.end());
    table.drop();
    return found;
}

}  // namespace segue::split
