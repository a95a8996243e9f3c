#include "src/verify/live_comparison.hpp"

#include "src/carry/chunk_sizer.hpp"
#include "src/verify/carried_anew.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"
#include "src/verify/pending_changes.hpp"
#include "src/verify/range_verifier.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <utility>

#include <fmt/format.h>

namespace segue::verify {
namespace {

constexpr std::size_t differences_max = 100;
constexpr std::size_t differences_told = 10;

// What the workers share. It outlives them.
struct comparing {
    explicit comparing(const live_comparison& given)
        : with(given),
          how(given.of.texts, given.of.task.projection, given.of.task.source, given.target),
          pending({.changes = given.of.changes,
                   .barrier = given.of.barrier,
                   .router = given.of.router}),
          sizer(given.of.pace),
          walk(given.begun, {.differences_max = differences_max,
                             .sample_percent = given.sample_percent,
                             .sample_seed = given.sample_seed,
                             .surplus_apart = !how.by_ranges()}) {}

    void run(std::stop_token end) {
        range_verifier worker({.sessions = with.sessions,
                               .how = how,
                               .verdict =
                                   [this](db::session& on, const auto& keys) {
                                       return changed_by_carrying_over(on, how, &with.of.checkpoint,
                                                                       keys);
                                   },
                               .walk = walk,
                               .sizer = sizer,
                               .throttler = &with.of.throttler,
                               .pending = &pending,
                               .failures_max = with.of.with.failures_max,
                               .progressed = [this] { with.progressed(walk); },
                               .holders = with.holders});
        worker.run(std::move(end));
    }

    const live_comparison with;
    const comparison how;
    const pending_changes pending;
    carry::chunk_sizer sizer;
    range_walk walk;
    std::atomic<unsigned> at_work{0};  // counted down by the workers
};

}  // namespace

verified compare_live(const live_comparison& with) {
    const auto work = std::make_shared<comparing>(with);
    for (const std::string& one : work->how.left_out()) with.tell("not verified: " + one);
    with.progressed(work->walk);
    const unsigned workers = with.of.with.copy_workers;
    work->at_work = workers;
    for (unsigned i = 1; i <= workers; ++i)
        with.threads.spawn(fmt::format("verify-{}", i), [work](std::stop_token end) {
            work->run(std::move(end));
            --work->at_work;
        });
    while (work->at_work > 0) with.look_after();
    return work->walk.so_far();
}

error differs(const verified& found, const keys::key_codec& codec, const difference_words& words) {
    const auto& all = found.differences;
    std::string rows;
    for (std::size_t i = 0; i < std::min(all.size(), differences_told); ++i)
        rows += fmt::format("\n  {}", describe(all[i], codec, words.target));
    return error(
        fmt::format("{} is not what {} gives: {}{} {} ({}){}", words.target, words.gives,
                    all.size(), found.there_may_be_more ? " or more" : "",
                    all.size() == 1 ? "row differs" : "rows differ", words.page, rows) +
            fmt::format("\nNothing of {} was changed. Somebody else may have written into {}.",
                        words.source, words.target),
        {.spoils_run = true});
}

}  // namespace segue::verify
