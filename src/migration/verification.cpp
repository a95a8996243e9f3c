#include "src/migration/verification.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/carry/chunk_sizer.hpp"
#include "src/db/retry.hpp"
#include "src/preflight/inspection.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/durability.hpp"
#include "src/verify/carried_anew.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"
#include "src/verify/pending_changes.hpp"
#include "src/verify/range_verifier.hpp"
#include "src/verify/range_walk.hpp"
#include "src/verify/verified.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace segue::migration {
namespace {

constexpr std::size_t differences_max = 100;
constexpr std::size_t differences_told = 10;

std::uint64_t random_seed() {
    std::random_device source;
    return source();
}

// What the workers share. It outlives them.
struct comparing {
    comparing(run_state& of, tables::verified_point begun)
        : state(of),
          point(std::move(begun)),
          how(of.parts().texts, of.plan().projection, of.plan().original, of.plan().target),
          pending({.changes = of.parts().changes,
                   .barrier = of.parts().barrier,
                   .router = of.parts().router}),
          sizer(of.parts().pace),
          walk(point.so_far, {.differences_max = differences_max,
                              .sample_percent = point.percent,
                              .sample_seed = point.seed,
                              .surplus_apart = !how.by_ranges()}) {}

    void run(std::stop_token end) {
        verify::range_verifier worker(
            {.sessions = state.sessions(),
             .how = how,
             .verdict =
                 [this](db::session& on, const auto& keys) {
                     return verify::changed_by_carrying_over(on, how, &state.parts().checkpoint,
                                                             keys);
                 },
             .walk = walk,
             .sizer = sizer,
             .throttler = &state.parts().throttler,
             .pending = &pending,
             .failures_max = state.with.carrying.failures_max,
             .progressed = [this] { tell(); },
             .holders = [this](db::session& waited) { return state.who_holds_up(waited); }});
        worker.run(std::move(end));
    }
    void tell() {
        const verify::verified so_far = walk.so_far();
        state.note_verified(so_far.rows, so_far.rows_in_target);
        tables::verified_point now = point;
        now.so_far = walk.settled();
        state.parts().checkpointer.note_verified(std::move(now));
        fault::point("verification.range_ended");
    }

    run_state& state;
    const tables::verified_point point;  ///< As it begins.
    const verify::comparison how;
    const verify::pending_changes pending;
    carry::chunk_sizer sizer;
    verify::range_walk walk;
    std::atomic<unsigned> at_work{0};  // counted down by the workers
};

error differs(const run_state& state, const verify::verified& found, const keys::key_codec& codec) {
    const auto& all = found.differences;
    std::string rows;
    for (std::size_t i = 0; i < std::min(all.size(), differences_told); ++i)
        rows += fmt::format("\n  {}", verify::describe(all[i], codec, "the new table"));
    return error(
        fmt::format("the new table is not what the original gives: {}{} {} (docs/what-if.md){}",
                    all.size(), found.there_may_be_more ? " or more" : "",
                    all.size() == 1 ? "row differs" : "rows differ", rows) +
            fmt::format("\nNothing of {} was changed. Somebody else may have written into the new "
                        "table.",
                        state.plan().original.name.quoted()),
        {.spoils_run = true});
}

}  // namespace

verification::verification(run_state& state, task_group& threads,
                           carry::engine::look_after look_after)
    : state_(state), threads_(threads), look_after_(std::move(look_after)) {}

// Behind a restart of the server, or on another one, what was seen may not be true any more:
// changes that were carried over may have been taken back. What is asked of a sample is in its
// ranges.
tables::verified_point verification::where_to_begin() {
    tables::verified_point begun{
        .so_far = {},
        .percent = state_.with.verify_percent,
        .seed = random_seed(),
        .server = {.server_uuid = state_.plan().server.uuid, .up_since = {}}};
    db::retrying_session session(state_.sessions(), state_.with.carrying.failures_max,
                                 db::lock_conflicts::outlasted);
    session.run("look since when the server is up", threads_.token(),
                [&](db::session& on) { begun.server.up_since = servers::up_since(on); });
    const auto& left = state_.plan().goes_on;
    if (!left || !left->verified) return begun;
    const tables::verified_point& before = *left->verified;
    const bool goes_on = before.percent == begun.percent && before.server == begun.server;
    const tables::verified_rows& rows = before.so_far;
    if (rows.ranges + rows.skipped > 0)
        state_.told.on_notice(
            goes_on
                ? fmt::format("an earlier run has verified {} rows, and this one goes on behind "
                              "them{}",
                              rows.rows, rows.done ? ": all are" : "")
                : fmt::format("what an earlier run has verified is verified anew: {}",
                              before.percent == begun.percent
                                  ? "the server was restarted since, or is another one"
                                  : "--verify was another one"));
    return goes_on ? before : begun;
}

void verification::compare_rows() {
    const auto work = std::make_shared<comparing>(state_, where_to_begin());
    for (const std::string& one : work->how.left_out())
        state_.told.on_notice(fmt::format("not verified: {}", one));
    work->tell();
    work->at_work = state_.with.carrying.copy_workers;
    for (unsigned i = 1; i <= state_.with.carrying.copy_workers; ++i)
        threads_.spawn(fmt::format("verify-{}", i), [work](std::stop_token end) {
            work->run(std::move(end));
            --work->at_work;
        });
    while (work->at_work > 0) look_after_();
    const verify::verified found = work->walk.so_far();
    if (!found.differences.empty()) throw differs(state_, found, state_.parts().texts.codec());
    tell(found);
}

void verification::tell(const verify::verified& found) {
    log::info(
        "verified: {} rows of the original and {} of the new table, of which {} went on "
        "changing",
        found.rows, found.rows_in_target, found.changed_meanwhile);
    if (state_.with.verify_percent < 100)
        state_.told.on_notice(fmt::format("verified: {} rows in {} of {} ranges", found.rows,
                                          found.ranges, found.ranges + found.skipped));
}

// What the new table gives out next is set under the lock of the swap, upwards and downwards, so
// that no number of before can be wrong then: it is told.
void verification::compare_definition() {
    const preflight::plan& made = state_.plan();
    const auto next_of = [](db::session& on, const table_name& table) {
        const auto next = schema::next_auto_increment(
            on.query_row("SHOW CREATE TABLE " + table.quoted())[1].value_or(""));
        return next ? std::to_string(*next) : "none";
    };
    db::retrying_session session(state_.sessions(), state_.with.carrying.failures_max,
                                 db::lock_conflicts::outlasted);
    session.run("compare the definition of the new table", threads_.token(), [&](db::session& on) {
        preflight::throw_if_changed(on, made);
        log::info(
            "verified: the new table's definition is the one that was planned; AUTO_INCREMENT "
            "is {} in the original and {} in the new table, where the swap sets it",
            next_of(on, made.original.name), next_of(on, made.target.name));
    });
}

void verification::run() {
    if (state_.with.verify_percent == 0) return;
    state_.enter(phase::verify);
    compare_rows();
    compare_definition();
}

}  // namespace segue::migration
