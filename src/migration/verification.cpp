#include "src/migration/verification.hpp"

#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/db/retry.hpp"
#include "src/preflight/inspection.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/durability.hpp"
#include "src/verify/live_comparison.hpp"

#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace segue::migration {
namespace {

std::uint64_t random_seed() {
    std::random_device source;
    return source();
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
    const tables::verified_point point = where_to_begin();
    const auto progressed = [&state = state_, point](const verify::range_walk& walk) {
        const verify::verified so_far = walk.so_far();
        state.note_verified(so_far.rows, so_far.rows_in_target);
        tables::verified_point now = point;
        now.so_far = walk.settled();
        state.parts().checkpointer.note_verified(std::move(now));
        fault::point("verification.range_ended");
    };
    const verify::verified found = verify::compare_live(
        {.of = state_.parts(),
         .sessions = state_.sessions(),
         .target = state_.plan().target,
         .threads = threads_,
         .begun = point.so_far,
         .sample_percent = point.percent,
         .sample_seed = point.seed,
         .holders = [&state = state_](db::session& on) { return state.who_holds_up(on); },
         .tell = [this](const std::string& text) { state_.told.on_notice(text); },
         .progressed = progressed,
         .look_after = look_after_});
    if (!found.differences.empty())
        throw verify::differs(found, state_.parts().texts.codec(),
                              {.target = "the new table",
                               .gives = "the original",
                               .source = state_.plan().original.name.quoted(),
                               .page = "docs/what-if.md"});
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
