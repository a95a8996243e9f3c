#include "src/preflight/going_on.hpp"

#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/one_line.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/session_factory.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/kept_foreign_keys.hpp"
#include "src/new_table/target_table.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {

bool may_be_dropped(const earlier::state& left, const inspection_request& request) {
    if (request.drop_ghost || left.is == earlier::remains::unfinished ||
        left.is == earlier::remains::swapped)
        return true;
    return request.earlier == earlier::run_use::begun_anew && left.is != earlier::remains::unknown;
}

refusal stands_in_the_way(const earlier::state& left, const std::vector<std::string>& there) {
    const bool one = there.size() == 1;
    const std::string drop = fmt::format("DROP TABLE IF EXISTS {};", fmt::join(there, ", "));
    if (left.is == earlier::remains::another)
        return {fmt::format("an earlier run{} left {}, and it cannot be gone on with: {}",
                            left.run.empty() ? "" : fmt::format(" ({})", left.run),
                            fmt::join(there, ", "), left.why),
                fmt::format("{} To give it up and begin anew, say --no-resume; or drop {}: {}",
                            left.could_be_gone_on_with
                                ? "To go on with it, give the ALTER, the table and the settings "
                                  "that it had."
                                : "No run can go on with it.",
                            one ? "it" : "them", drop)};
    return {fmt::format("the table{} {} exist{}; another run has {}, or an earlier one left {}: {}",
                        one ? "" : "s", fmt::join(there, ", "), one ? "s" : "", one ? "it" : "them",
                        one ? "it" : "them", left.why),
            fmt::format("If no other run is at work, say --initially-drop-ghost-table; or drop "
                        "{}: {}",
                        one ? "it" : "them", drop)};
}

tables::fingerprint fingerprint_of(const plan& made, const std::string& alter,
                                   const std::string& sets, db::session& session) {
    return {.original = schema::stable_create_statement(made.original),
            .target = schema::stable_create_statement(made.target),
            .alter = alter,
            .sets = sets,
            .projection = schema::text_of(made.projection),
            .session = db::conversion_settings(session)};
}

namespace {

// What a run could go on with is dropped because a flag says so.
void tell_what_is_given_up(const workplace& at, const plan& made) {
    if (!made.earlier.could_be_gone_on_with) return;
    if (tables::look_for_state(at.session, made.tables.checkpoint) != tables::state_found::whole)
        return;
    const tables::saved_state left = tables::read_state(at.session, made.tables.checkpoint);
    if (at.request.look_at_servers && at.request.look_at_servers(left)) return;
    const bool anew = at.request.earlier == earlier::run_use::begun_anew;
    log::write(
        log::level::warning,
        fmt::format("{} says that what an earlier run{} left is dropped: it had copied {} rows{}. "
                    "Its ALTER: {}",
                    anew ? "--no-resume" : "--initially-drop-ghost-table",
                    made.earlier.run.empty() ? "" : fmt::format(" ({})", made.earlier.run),
                    tables::rows_copied(left),
                    made.earlier.is == earlier::remains::resumable
                        ? ", and the same command without it would go on from there"
                        : ", and its own command would go on from there",
                    in_one_line(left.print.alter)));
}

// Not before it is known that the ALTER is possible: its new table is made under another name, and
// checked, while the name that it will have is taken.
void drop_what_an_earlier_run_left(const workplace& at, const plan& made, const rename_cost& cost) {
    try {
        rehearse(at, made, cost);
        drop_made(at.session, at.record, made.tables.rehearsal);
    } catch (const error& failure) {
        // The new constraint's name may be held by what the earlier run left.
        if (failure.mysql_errno() != er::check_constraint_dup_name) throw;
    }
    tell_what_is_given_up(at, made);
    earlier::drop_leftovers(at.session, made.tables, at.stop);
}

// The checkpoint table, from its beginning; it is there before the new table, so that the next run
// knows whose that is.
class begun_state {
  public:
    begun_state(const workplace& at, const plan& made)
        : at_(at), table_(made.tables.checkpoint, at.request.run_token) {
        at.record.made(table_.name());
        try {
            table_.begin(at.session, made.server.uuid,
                         {.original = schema::stable_create_statement(made.original),
                          .target = {},
                          .alter = at.request.alter_text,
                          .sets = expressions::text_of(at.request.sets),
                          .projection = {},
                          .session = {}},
                         made.tables.old.name);
        } catch (const error& failure) {
            if (failure.mysql_errno() == er::table_exists_error)
                at.record.dropped(table_.name());
            else
                drop();
            throw;
        }
        fault::point("inspection.state_begun");
    }
    begun_state(const begun_state&) = delete;
    begun_state& operator=(const begun_state&) = delete;
    ~begun_state() {
        if (!kept_) drop();
    }
    void keep() noexcept { kept_ = true; }

  private:
    void drop() noexcept {
        try {
            drop_made(at_.session, at_.record, table_.name());
        } catch (...) {
            // It stays on the record.
        }
    }

    const workplace& at_;
    const tables::checkpoint_table table_;
    bool kept_ = false;
};

void throw_if_different(const tables::saved_state& before, const plan& now, db::session& session) {
    if (const auto differs = earlier::difference(
            before.print, fingerprint_of(now, before.print.alter, before.print.sets, session)))
        throw cannot_go_on(*differs, cannot_go_on::as::it_is);
}

void throw_if_servers_forbid(const tables::saved_state& left, const inspection_request& request) {
    if (!request.look_at_servers) return;
    if (const auto found = request.look_at_servers(left))
        throw cannot_go_on(
            found->why, found->asked_so ? cannot_go_on::as::it_is : cannot_go_on::as::nobody_can);
}

// What only an empty new table tells.
void try_on_an_empty_table(const workplace& at, plan& made, const rename_cost& cost) {
    try {
        const plan tried = rehearse(at, made, cost);
        drop_made(at.session, at.record, made.tables.rehearsal);
        made.rename_time = tried.rename_time;
        made.along = tried.along;
    } catch (const error& failure) {
        // The new table itself has the name of a constraint that the ALTER adds.
        if (failure.mysql_errno() != er::check_constraint_dup_name) throw;
        throw cannot_go_on(
            fmt::format("what the swap will do cannot be tried beside its new table, which holds "
                        "the name of a CHECK constraint: {}",
                        failure.what()));
    }
}

// What an attempt to swap that was cut off may have left on the new table.
void take_back_attempt(db::session& session, const plan& made) {
    const table_name& ghost = made.tables.ghost;
    if (!made.along.triggers.empty()) drop_triggers(session, ghost);
    if (const auto keys = foreign_keys_of(session, ghost); !keys.empty())
        session.execute(drop_foreign_keys_statement(ghost, keys));
}

}  // namespace

plan begin_anew(const workplace& at, const plan& made, const rename_cost& cost) {
    if (made.earlier.is != earlier::remains::none) drop_what_an_earlier_run_left(at, made, cost);
    begun_state state(at, made);
    plan done = with_target(at, made, made.tables.ghost, cost);
    state.keep();
    return done;
}

plan go_on(const workplace& at, plan made, const rename_cost& cost) {
    db::session& session = at.session;
    throw_if_servers_forbid(tables::read_state(session, made.tables.checkpoint), at.request);
    const tables::checkpoint_table state(made.tables.checkpoint, at.request.run_token);
    tables::saved_state left = earlier::take_state_over(session, state, at.stop);
    const bool has_more = !made.along.triggers.empty() || !made.along.own_foreign_keys.empty();
    if (has_more || rename_cost::is_measured(made.original)) try_on_an_empty_table(at, made, cost);
    take_back_attempt(session, made);
    auto target = schema::read_table(session, made.tables.ghost);
    // A RENAME that was on its way has come to its end; none comes after.
    if (!target)
        throw_refusals({{"the earlier run has swapped the tables in this moment",
                         "Start again to see what is left to be done."}});
    made.target = std::move(*target);
    if (const auto text = schema::stable_create_statement(made.target); text != left.print.target)
        throw cannot_go_on("the definition of the new table is another: " +
                           earlier::first_difference(left.print.target, text));
    if (rename_cost::is_measured(made.target) && !made.rename_time)
        try_on_an_empty_table(at, made, cost);
    complete(made, session, at.alter, at.request);
    made.notes = notes_on_target(made.original, made.target, made.tables);
    throw_if_different(left, made, session);
    throw_if_servers_forbid(left, at.request);
    made.goes_on = std::move(left);
    return made;
}

}  // namespace segue::preflight
