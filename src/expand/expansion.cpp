#include "src/expand/expansion.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/pause.hpp"
#include "src/base/refusal.hpp"
#include "src/db/retry.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/expand/instant_column.hpp"
#include "src/servers/start_failure.hpp"
#include "src/swap/bounded_ddl.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace segue::expand {
namespace {

using earlier::expand_phase;

constexpr std::chrono::milliseconds pause_first{250};
constexpr std::chrono::milliseconds pause_most{5'000};

bool has_column(db::session& session, const table_name& table, const std::string& column) {
    const auto seen = schema::read_table(session, table);
    return seen && seen->find_column(column) != nullptr;
}

}  // namespace

expansion::expansion(task asked, settings with, surroundings around)
    : asked_(std::move(asked)), with_(with), around_(std::move(around)) {
    around_.sessions.use_schema(asked_.table.schema);
}

void expansion::inspect_now(db::session& session, const std::stop_token& stop) {
    const preflight::table_record nobody{.made = [](const table_name&) {},
                                         .dropped = [](const table_name&) {}};
    try {
        made_ = inspect({.session = session, .asked = asked_, .record = nobody, .stop = stop});
    } catch (const error& failure) {
        if (stop.stop_requested()) throw stopped();
        throw servers::start_failure(failure, session, asked_.table);
    }
    state_.emplace(made_->state, made_->pair.new_column.name);
    was_verified_ = made_->goes_on && made_->goes_on->at == expand_phase::verified;
}

plan expansion::rehearse(const std::stop_token& stop) {
    db::session session = around_.sessions.connect(db::session_role::patient);
    inspect_now(session, stop);
    return *made_;
}

backfill::task expansion::prepare(const std::stop_token& stop) {
    db::session session = around_.sessions.connect(db::session_role::patient);
    inspect_now(session, stop);
    for (const std::string& one : made_->notices) around_.tell(one);
    began_ = true;
    if (made_->goes_on)
        around_.tell(fmt::format("going on with what was begun at {} (UTC), in its phase {}",
                                 made_->goes_on->begun, name_of(made_->goes_on->at)));
    else
        state_->begin(session, made_->facts, made_->sql_mode);
    fault::point("expand.begun");
    note_what_is_gone(session);
    make_column(session, stop);
    make_trigger(session, /*of_update=*/true, stop);
    make_trigger(session, /*of_update=*/false, stop);
    earlier::release_start(session, made_->table.name);
    fault::point("expand.triggers_made");
    return rows_to_fill();
}

// While a part was gone writes went by that are in step with nothing. What was verified may be in
// use by its new name, so that nobody but the operator can say which of the two names is right.
void expansion::note_what_is_gone(db::session& session) {
    const bool whole = made_->column_is_there && made_->update_is_there && made_->insert_is_there;
    if (!made_->goes_on || whole) return;
    if (was_verified_ && made_->column_is_there) {
        around_.tell(
            "a trigger of what was verified is gone, and is made again. No row is set: where the "
            "two names disagree by now, either may hold what is right");
        return;
    }
    was_verified_ = false;
    made_->goes_on->at = expand_phase::begun;
    state_->enter(session, expand_phase::begun);
}

void expansion::make_column(db::session& session, const std::stop_token& stop) {
    if (made_->column_is_there) {
        if (!made_->goes_on || made_->goes_on->at == expand_phase::begun)
            state_->enter(session, expand_phase::column);
        return;
    }
    make_within_budget(
        session, fmt::format("the column {}", quoted_name(made_->pair.new_column.name)),
        fmt::format("ALTER TABLE {} ADD COLUMN {}, ALGORITHM=INSTANT", made_->table.name.quoted(),
                    made_->definition),
        [&] { return has_column(session, made_->table.name, made_->pair.new_column.name); }, stop);
    fault::point("expand.column_made");
    state_->enter(session, expand_phase::column);
}

bool expansion::is_there(db::session& session, const std::string& trigger_event) const {
    const auto triggers = schema::read_triggers(session, made_->table.name);
    return std::ranges::any_of(triggers, [&](const schema::trigger& one) {
        return one.event == trigger_event && earlier::is_of_pair(one, made_->pair.new_column.name);
    });
}

void expansion::make_trigger(db::session& session, bool of_update, const std::stop_token& stop) {
    const auto phase = of_update ? expand_phase::update_trigger : expand_phase::both_triggers;
    if (of_update ? made_->update_is_there : made_->insert_is_there) {
        if (!made_->goes_on || made_->goes_on->at < phase) state_->enter(session, phase);
        return;
    }
    const std::string event = of_update ? "UPDATE" : "INSERT";
    const std::string name = of_update ? made_->update_trigger : made_->insert_trigger;
    make_within_budget(
        session, fmt::format("the trigger {}", quoted_name(name)),
        create_trigger(
            {.name = {made_->table.name.schema, name},
             .event = event,
             .table = made_->table.name,
             .definer = made_->definer,
             .order = of_update ? made_->update_order : made_->insert_order,
             .body = of_update ? body_of_update(made_->pair) : body_of_insert(made_->pair)}),
        [&] { return is_there(session, event); }, stop);
    fault::point(of_update ? "expand.update_trigger_made" : "expand.insert_trigger_made");
    if (!was_verified_) state_->enter(session, phase);
}

// Of a table that has had its 64 changes an empty one does not tell. What was written down stands
// for nothing then.
void expansion::refuse_if_not_instant(db::session& session, const error& failure) {
    auto why = why_not_instant(failure, made_->definition);
    if (!why) return;
    if (!made_->goes_on) {
        state_->take_back(session);
        began_ = false;
    }
    throw_refusals({std::move(*why)});
}

// A statement whose connection was lost may have been made: that is looked at before it is sent
// again, when the connection is gone from the server.
void expansion::make_within_budget(db::session& session, const std::string& what,
                                   const std::string& text, const std::function<bool()>& is_made,
                                   const std::stop_token& stop) {
    const swap::ddl_place at{.sessions = around_.sessions,
                             .server = made_->server,
                             .tables = made_->tables,
                             .length = with_.stall_budget};
    auto pause = pause_first;
    for (unsigned attempt = 1;; ++attempt) {
        const auto one = swap::attempt_ddl(
            at, text, [] { fault::point("expand.before_ddl"); }, stop);
        if (one.done) return;
        if (one.failed && one.failed->connection_lost()) {
            if (!swap::end_lost_connection(session, one.by, stop))
                throw error(fmt::format("connection {}, which was lost, may still make {}: {}",
                                        one.by.id, what, one.why_not));
            if (is_made()) return;
        }
        if (stop.stop_requested()) throw stopped();
        if (one.failed) refuse_if_not_instant(session, *one.failed);
        if (!swap::may_pass_later(one))
            throw error(fmt::format("{} cannot be made: {}", what, one.why_not));
        if (attempt >= with_.attempts_max)
            throw error(
                fmt::format("{} could not be made in {} attempts: {}. What was made stays; "
                            "the same command goes on.",
                            what, attempt, one.why_not));
        around_.tell(fmt::format("{} is not made yet: {}. Attempt {} comes in {} ms", what,
                                 one.why_not, attempt + 1, pause.count()));
        pause_for(pause, stop);
        pause = std::min(2 * pause, pause_most);
    }
}

backfill::task expansion::rows_to_fill() const {
    return {.table = made_->table.name,
            .naming = asked_.naming,
            .sets = {asked_.up},
            .back = asked_.down,
            .only_looked_at = was_verified_,
            .touch = asked_.touch,
            // What a backfill of before this expand has done was of other rows.
            .earlier = made_->goes_on ? asked_.earlier : earlier::run_use::begun_anew};
}

bool expansion::conclude(const backfill::outcome& done) {
    db::session session = around_.sessions.connect();
    const bool in_step = done.found.rows_differing == 0;
    state_->record_found(session,
                         fmt::format("pairs that disagree: {}; values that do not come back: {}",
                                     done.found.rows_differing, done.back.rows_differing));
    fault::point("expand.filled");
    if (was_verified_) return in_step;
    state_->enter(session, in_step ? expand_phase::verified : expand_phase::filled);
    return in_step;
}

}  // namespace segue::expand
