#include "src/split/beginning.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/carry/copy_start.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/job_claim.hpp"
#include "src/preflight/key_check.hpp"
#include "src/rows/statements.hpp"
#include "src/servers/durability.hpp"
#include "src/servers/tables_there.hpp"
#include "src/split/earlier_split.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

constexpr std::chrono::seconds claim_awaited{10};
constexpr std::chrono::milliseconds claim_interval{2'000};

std::array<table_name, 2> both(const migration_tables& tables) {
    return {tables.original, tables.ghost};
}

void make_target(const begun_with& at, plan& made) {
    if (made.makes_target) {
        at.session.execute(made.create);
        fault::point("split.target_made");
    }
    auto found = schema::read_table(at.session, made.tables.ghost);
    if (!found)
        throw error(fmt::format("{} was dropped by somebody else", made.tables.ghost.quoted()));
    made.target = std::move(*found);
    made.asked.target = schema::stable_create_statement(made.target);
    // Whether a row is found in the target by its key does not depend on the condition.
    schema::projection of_all = made.projection;
    of_all.where.clear();
    preflight::check_key_forms(at.session, rows::statements(of_all, /*locking_reads=*/false,
                                                            made.server.packet_bytes_max));
}

}  // namespace

// The state is there before a target that is made, and that has rows only when the state is whole.
void begin_anew(const begun_with& at, plan& made) {
    if (made.drops_state) drop_own_tables(at.session, made, at.stop);
    const tables::checkpoint_table state(made.tables.checkpoint, at.run_token);
    state.begin(at.session, made.server.uuid, made.asked, made.tables.ghost.name,
                tables::split_state_comment);
    fault::point("split.state_begun");
    make_target(at, made);
}

void take_back(const begun_with& at, const plan& made) noexcept {
    try {
        tables::checkpoint_table(made.tables.checkpoint, at.run_token)
            .check_still_owner(at.session);
        drop_own_tables(at.session, made, at.stop);
    } catch (const std::exception& failure) {
        log::info("the state of a split that did not begin is left: {}", failure.what());
    }
}

void go_on(const begun_with& at, plan& made) {
    const tables::checkpoint_table state(made.tables.checkpoint, at.run_token);
    auto left = earlier::take_state_over(at.session, state, at.stop);
    const inspected_at looked{.session = at.session,
                              .roles = at.roles,
                              .asked = at.asked,
                              .pace = at.pace,
                              .stop = at.stop};
    throw_if_not_gone_on_with(looked, made, left);
    made.left = std::move(left);
    earlier::drop_leftover(at.session, made.tables.changelog, at.stop);
}

// A restart of the server may have taken back that a connection was written down, and what it wrote
// may stand in the log all the same.
carry::engine::start start_from(db::session& session, const plan& made, const carry::engine& of) {
    const tables::saved_state& left = *made.left;
    const tables::server_life now{.server_uuid = made.server.uuid,
                                  .up_since = servers::up_since(session)};
    return {.target = carry::engine::contents::of_an_earlier_run,
            .from = left.resume_at,
            .copy = carry::copy_that_goes_on(left, of.texts.codec()),
            .evicted = left.evicted,
            .writers = left.seen_on == now ? left.writers : std::nullopt};
}

void release_start(db::session& session, const migration_tables& tables) {
    for (const table_name& one : both(tables)) earlier::release_start(session, one);
}

void drop_own_tables(db::session& session, const plan& made, const std::stop_token& stop) {
    const table_name& state = made.tables.checkpoint;
    // Statements of a run that died may be at work still, and write the target.
    if (servers::exists(session, state))
        earlier::outlast_statements(session, state, stop, [&] {
            tables::checkpoint_table(state, "dropped").take_over(session);
        });
    for (const table_name& one : {made.tables.changelog, state}) {
        fault::point("split.before_drop");
        earlier::drop_leftover(session, one, stop);
    }
}

split_claims::split_claims(db::session_factory& sessions, const migration_tables& tables)
    : sessions_(sessions), tables_(tables), session_(sessions.connect(db::session_role::beat)) {
    for (const table_name& one : both(tables_))
        if (!earlier::claim(*session_, earlier::claimed_by::split, one, claim_awaited))
            throw_refusals({{fmt::format("another split is at work on {}", one.quoted()),
                             "Nothing was changed. Let it come to its end, or end it first: `segue "
                             "ctl finish`, or `segue ctl panic`."}});
}

void split_claims::keep(std::stop_token stop) {
    for (;;) {
        pause_for(claim_interval, stop);
        try {
            if (session_) {
                session_->execute("DO 1");
                continue;
            }
            session_.emplace(sessions_.connect(db::session_role::beat));
            for (const table_name& one : both(tables_))
                static_cast<void>(earlier::claim(*session_, earlier::claimed_by::split, one,
                                                 std::chrono::seconds(0)));
        } catch (const error& failure) {
            log::info("the connection that has the locks of the split was lost: {}",
                      failure.what());
            session_.reset();
        }
    }
}

}  // namespace segue::split
