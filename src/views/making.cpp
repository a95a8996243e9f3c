#include "src/views/making.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/views/seen_view.hpp"

#include <fmt/format.h>

namespace segue::views {
namespace {

void make_schema(db::session& session, const plan& made, const record_table& record,
                 const teller& tell) {
    record.note_schema(session, made.asked.as);
    fault::point("views.schema_noted");
    try {
        session.execute(made.schema_statement);
    } catch (const error& failure) {
        // Somebody else may have made it in this moment: then it is not ours.
        if (!failure.connection_lost()) record.forget_schema(session, made.asked.as);
        throw;
    }
    fault::point("views.schema_made");
    tell(fmt::format("made the schema {}", quoted_name(made.asked.as)));
}

void make_one(db::session& session, const planned_view& one, const record_table& record,
              const std::stop_token& stop) {
    made_view wanted = one.wanted;
    record.note(session, wanted);
    fault::point("views.noted");
    try {
        change_view(session, wanted.view, one.statement, stop);
    } catch (const error& failure) {
        // Somebody else may have made one of this name in this moment.
        if (!failure.connection_lost() && one.is == fate::made) record.forget(session, wanted.view);
        throw;
    }
    fault::point("views.made");
    const auto seen = see_view(session, wanted.view);
    wanted.former.reset();
    if (!seen || !changed_since(wanted, *seen).empty())
        throw error(fmt::format("the view {} is not as it was to be made: {}", wanted.view.quoted(),
                                seen ? changed_since(wanted, *seen) : "it is not there"));
    // What it was counts no more.
    if (one.wanted.former) record.note(session, wanted);
}

}  // namespace

void make_views(db::session& session, const plan& made, const teller& tell,
                const std::stop_token& stop) {
    if (made.has_nothing_to_do()) return;
    const record_table record(made.asked.database);
    record.make_if_missing(session);
    if (made.makes_schema) make_schema(session, made, record, tell);
    for (const planned_view& one : made.views) {
        if (stop.stop_requested()) throw stopped();
        if (one.is == fate::as_it_is) continue;
        make_one(session, one, record, stop);
        tell(fmt::format("{} the view {}", one.is == fate::made ? "made" : "replaced",
                         one.wanted.view.quoted()));
    }
}

}  // namespace segue::views
