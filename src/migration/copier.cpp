#include "src/migration/copier.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/pause.hpp"
#include "src/migration/bound_finder.hpp"
#include "src/migration/nice_pause.hpp"

#include <chrono>

#include <fmt/format.h>

namespace segue::migration {

void copier::find_bounds(const std::optional<key_value>& end, std::stop_token stop) {
    const statements& texts = with_.writer.texts();
    retrying_session session(with_.sessions, with_.failures_max, lock_conflicts::outlasted);
    key_range rest{.after = std::nullopt, .up_to = end};
    // The tail, which grows while the rest is copied, comes first: from then on its changes are
    // replayed, and the copy has an end.
    with_.chunks.push({.after = end, .up_to = std::nullopt}, stop);
    while (end && rest.after != end) {
        key_range next = rest;
        session.run("find the bound of a chunk", stop, [&](db::session& on) {
            const auto found = find_bound(on, texts, rest, with_.sizer.rows());
            next.up_to = found ? found : rest.up_to;
        });
        with_.chunks.push(next, stop);
        rest.after = next.up_to;
    }
    with_.chunks.close();
}

void copier::copy_chunks(std::stop_token stop) {
    retrying_session session(with_.sessions, with_.failures_max, lock_conflicts::outlasted);
    std::optional<chunk> current;
    bool proven = false;
    std::chrono::nanoseconds took{0};
    for (;;) {
        if (!current) {
            // The first chunk is the tail: it would grow while copying is throttled.
            if (first_taken_.exchange(true)) with_.throttler.wait_until_clear(stop);
            current = with_.chunks.take(stop);
            proven = false;
            if (!current) return;
        }
        std::optional<chunk> next;
        try {
            next = copy(session, *current, proven, took, stop);
        } catch (const error& failure) {
            if (failure.retryable() || failure.mysql_errno() == 0) throw;
            throw_naming_the_row(session, *current, failure, stop);
        }
        fault::point("copier.chunk_committed");
        with_.chunks.ended(*current);
        fault::point("copier.chunk_ended");
        if (!next) rest_after(took, stop);
        current = next;
    }
}

// Copies `current` and returns the chunk that was registered before its COMMIT was sent, if any.
// `proven`: a barrier of ours was committed since `current` was registered; on return, whether the
// same holds for the chunk returned. `took`: set to how long the last try took.
std::optional<chunk> copier::copy(retrying_session& session, const chunk& current, bool& proven,
                                  std::chrono::nanoseconds& took, std::stop_token stop) {
    std::optional<chunk> next;
    std::uint64_t rows = 0;
    bool commit_sent = false;
    bool found_committed = false;
    const bool no_barrier = fault::rule_taken_out("barrier");
    session.run("copy a chunk", stop, [&](db::session& on) {
        if (commit_sent) {
            // The answer was lost; nothing may be copied twice.
            found_committed = with_.checkpoint.chunk_is_recorded(on, current.id);
            if (found_committed) return;
            commit_sent = false;
        }
        if (!proven && !no_barrier) with_.barrier.pass(stop);
        proven = true;
        const auto began = std::chrono::steady_clock::now();
        try {
            with_.writer.begin(on);
            rows = with_.writer.copy(on, current.range);
        } catch (const error& failure) {
            if (!is_duplicate(failure)) throw;
            on.execute("ROLLBACK");
            rows = with_.conflicts.copy_evicting(on, current.range, stop);
        }
        with_.writer.record(on, current.id, current.range, rows);
        fault::point("copier.chunk_read");
        // A chunk that is registered holds its keys: none is while its worker rests.
        if (!no_barrier && !next && with_.nice_ratio <= 0 && !with_.throttler.state().throttled)
            next = with_.chunks.take_if_ready();
        commit_sent = true;
        on.execute("COMMIT");
        took = std::chrono::steady_clock::now() - began;
        with_.sizer.copied(rows, took);
    });
    rows_copied_ += rows;
    // This chunk's commit, with its progress row, is a barrier for the next one.
    proven = !found_committed;
    return next;
}

void copier::rest_after(std::chrono::nanoseconds took, std::stop_token stop) const {
    const auto rest = nice_pause(took, with_.nice_ratio);
    if (rest.count() > 0 && !with_.chunks.drained()) pause_for(rest, stop);
}

void copier::throw_naming_the_row(retrying_session& session, const chunk& current,
                                  const error& failure, std::stop_token stop) const {
    constexpr std::uint64_t keys_max = chunk_sizer::rows_max;
    const statements& texts = with_.writer.texts();
    std::optional<row_writer::refusal> refused;
    session.run("find the row that the new table refuses", stop, [&](db::session& on) {
        std::vector<key_value> keys;
        for (const db::row& found : on.query(texts.keys_in(current.range, keys_max)))
            keys.push_back(texts.codec().from_row(found));
        refused = with_.writer.refused_row(on, keys);
    });
    if (!refused) throw failure;
    throw error(fmt::format("the new table refuses the row {}: {}",
                            texts.codec().describe(refused->key), refused->reason),
                failure.properties());
}

}  // namespace segue::migration
