#include "src/verify/tables_at_rest.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/chunk_sizer.hpp"
#include "src/verify/range_verifier.hpp"

#include <atomic>
#include <chrono>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::verify {
namespace {

constexpr std::chrono::milliseconds tick{50};

std::vector<std::string> columns_converted(const schema::projection& projection,
                                           const schema::table_definition& source,
                                           const schema::table_definition& target) {
    std::vector<std::string> names;
    for (const auto& one : projection.columns) {
        if (!one.source) continue;
        const schema::column* const from = source.find_column(*one.source);
        const schema::column* const to = target.find_column(one.target);
        if (from == nullptr || to == nullptr || from->column_type != to->column_type ||
            from->collation != to->collation)
            names.push_back(quoted_name(one.target));
    }
    return names;
}

}  // namespace

tables_at_rest::tables_at_rest(const schema::projection& projection,
                               const schema::table_definition& source,
                               const schema::table_definition& target, parts with)
    : with_(std::move(with)),
      texts_(projection, /*locking_reads=*/false, with_.packet_bytes_max),
      how_(texts_, projection, source, target),
      apart_(projection, source, target, with_.packet_bytes_max, how_),
      converted_(columns_converted(projection, source, target)) {}

std::vector<std::string> tables_at_rest::prepare(db::session& session) {
    std::vector<std::string> told;
    for (const std::string& one : how_.left_out()) told.push_back("not compared: " + one);
    const auto why = apart_.why_not(session);
    by_presence_ = why.has_value();
    if (!why) return told;
    told.push_back(fmt::format(
        "of rows that differ it is not told in which columns: that needs a temporary table ({})",
        *why));
    if (!converted_.empty())
        told.push_back(fmt::format(
            "these columns change their type, and are compared by expression alone, so that a row "
            "may be told as another one that is not: {}",
            fmt::join(converted_, ", ")));
    return told;
}

verified tables_at_rest::compare(range_walk::settings set, const std::stop_token& stop,
                                 const std::function<void(const verified&)>& meanwhile) {
    set.surplus_apart = !how_.by_ranges();
    range_walk& walk = walk_.emplace(tables::verified_rows{}, set);
    carry::chunk_sizer sizer(with_.pace);
    const auto verdict = [this](db::session& on, std::span<const keys::key_value> keys) {
        return by_presence_ ? apart_.by_presence(on, keys) : apart_.differences(on, keys);
    };
    std::atomic<unsigned> at_work{with_.workers};
    task_group threads;
    const std::stop_callback ask_threads(stop, [&threads] { threads.request_stop(); });
    if (with_.throttler != nullptr) with_.throttler->start(threads);
    for (unsigned i = 1; i <= with_.workers; ++i)
        threads.spawn(fmt::format("verify-{}", i), [&](std::stop_token end) {
            range_verifier worker({.sessions = with_.sessions,
                                   .how = how_,
                                   .verdict = verdict,
                                   .walk = walk,
                                   .sizer = sizer,
                                   .throttler = with_.throttler,
                                   .failures_max = with_.failures_max,
                                   .locks_are = db::lock_conflicts::failures,
                                   .holders = with_.holders});
            worker.run(std::move(end));
            --at_work;
        });
    try {
        for (; at_work > 0; pause_for(tick, threads.token())) meanwhile(walk.so_far());
    } catch (const stopped&) {
        threads.join();  // Throws the failure that it came of, if it was one.
        throw;
    }
    threads.request_stop();  // The throttler's.
    threads.join();
    return walk.so_far();
}

}  // namespace segue::verify
