#include "src/migration/verification.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"
#include "src/verify/pending_changes.hpp"
#include "src/verify/range_verifier.hpp"
#include "src/verify/verified.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace segue::migration {
namespace {

constexpr std::size_t differences_max = 100;
constexpr std::size_t differences_told = 10;

struct comparing {
    comparing(run_state& state, std::function<void(const verify::verified&)> told)
        : how(state.parts().texts, state.plan().projection, state.plan().original,
              state.plan().target),
          pending({.changes = state.parts().changes,
                   .barrier = state.parts().barrier,
                   .router = state.parts().router}),
          verifier({.sessions = state.sessions(),
                    .how = how,
                    .pace = state.parts().pace,
                    .throttler = &state.parts().throttler,
                    .pending = &pending,
                    .checkpoint = &state.parts().checkpoint,
                    .failures_max = state.with.carrying.failures_max,
                    .progressed = std::move(told)},
                   {.differences_max = differences_max,
                    .sample_percent = state.with.verify_percent,
                    .sample_seed = std::random_device()()}) {}

    const verify::comparison how;
    const verify::pending_changes pending;
    verify::range_verifier verifier;
    verify::verified found;
    std::atomic<bool> ended{false};  // set by the thread when it is done with the rest
};

error differs(const run_state& state, const verify::verified& found, const keys::key_codec& codec) {
    const auto& all = found.differences;
    std::string rows;
    for (std::size_t i = 0; i < std::min(all.size(), differences_told); ++i)
        rows += fmt::format("\n  {}", verify::describe(all[i], codec));
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

void verification::run() {
    if (state_.with.verify_percent == 0) return;
    state_.enter(phase::verify);
    const auto work = std::make_shared<comparing>(
        state_,
        [&state = state_](const verify::verified& so_far) { state.note_verified(so_far.rows); });
    for (const std::string& one : work->how.left_out())
        state_.told.on_notice(fmt::format("not verified: {}", one));
    threads_.spawn("verify", [work](std::stop_token end) {
        work->found = work->verifier.run({}, std::move(end));
        work->ended = true;
    });
    while (!work->ended) look_after_();
    if (!work->found.differences.empty())
        throw differs(state_, work->found, state_.parts().texts.codec());
    log::info("verified: {} rows, of which {} went on changing", work->found.rows,
              work->found.changed_meanwhile);
    if (state_.with.verify_percent < 100)
        state_.told.on_notice(fmt::format("verified: {} rows in {} of {} ranges", work->found.rows,
                                          work->found.ranges,
                                          work->found.ranges + work->found.skipped));
}

}  // namespace segue::migration
