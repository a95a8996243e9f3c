#include "src/split/verification.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/carry/chunk_sizer.hpp"
#include "src/servers/blockers.hpp"
#include "src/verify/carried_anew.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/difference.hpp"
#include "src/verify/pending_changes.hpp"
#include "src/verify/range_verifier.hpp"
#include "src/verify/range_walk.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

constexpr std::size_t differences_max = 100;
constexpr std::size_t differences_told = 10;

// What the workers share.
struct comparing {
    explicit comparing(const verified_with& given)
        : with(given),
          how(given.of.texts, given.made.projection, given.made.source, given.made.compared_target),
          pending({.changes = given.of.changes,
                   .barrier = given.of.barrier,
                   .router = given.of.router}),
          sizer(given.of.pace),
          walk({}, {.differences_max = differences_max, .surplus_apart = !how.by_ranges()}) {}

    void run(std::stop_token end) {
        verify::range_verifier worker(
            {.sessions = with.sessions,
             .how = how,
             .verdict =
                 [this](db::session& on, const auto& keys) {
                     return verify::changed_by_carrying_over(on, how, &with.of.checkpoint, keys);
                 },
             .walk = walk,
             .sizer = sizer,
             .throttler = &with.of.throttler,
             .pending = &pending,
             .failures_max = with.of.with.failures_max,
             .progressed = [this] { with.progressed(walk.so_far().rows); },
             .holders =
                 [this](db::session& waited) {
                     return servers::who_holds_up_rows(waited, with.sessions, with.made.server,
                                                       with.made.tables);
                 }});
        worker.run(std::move(end));
    }

    const verified_with with;
    const verify::comparison how;
    const verify::pending_changes pending;
    carry::chunk_sizer sizer;
    verify::range_walk walk;
    std::atomic<unsigned> at_work{0};  // counted down by the workers
};

error differs(const plan& made, const verify::verified& found, const keys::key_codec& codec) {
    const auto& all = found.differences;
    std::string rows;
    for (std::size_t i = 0; i < std::min(all.size(), differences_told); ++i)
        rows += fmt::format("\n  {}", verify::describe(all[i], codec, made.target.name.quoted()));
    return error(
        fmt::format("{} is not what {} gives: {}{} {} (docs/split.md){}", made.target.name.quoted(),
                    made.source.name.quoted(), all.size(),
                    found.there_may_be_more ? " or more" : "",
                    all.size() == 1 ? "row differs" : "rows differ", rows) +
            fmt::format("\nNothing of {} was changed. Somebody else may have written into {}.",
                        made.source.name.quoted(), made.target.name.quoted()),
        {.spoils_run = true});
}

}  // namespace

verify::verified verify_rows(const verified_with& with) {
    const auto work = std::make_shared<comparing>(with);
    for (const std::string& one : work->how.left_out()) with.tell("not verified: " + one);
    const unsigned workers = with.of.with.copy_workers;
    work->at_work = workers;
    for (unsigned i = 1; i <= workers; ++i)
        with.threads.spawn(fmt::format("verify-{}", i), [work](std::stop_token end) {
            work->run(std::move(end));
            --work->at_work;
        });
    while (work->at_work > 0) with.look_after();
    verify::verified found = work->walk.so_far();
    if (!found.differences.empty()) throw differs(with.made, found, with.of.texts.codec());
    log::info("verified: {} rows of the source that match and {} of the target", found.rows,
              found.rows_in_target);
    return found;
}

}  // namespace segue::split
