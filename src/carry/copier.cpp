#include "src/carry/copier.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/carry/stream_tells.hpp"
#include "src/rows/bound_finder.hpp"

#include <chrono>
#include <vector>

#include <fmt/format.h>

namespace segue::carry {

void copier::find_bounds(const copy_start& from, std::stop_token stop) {
    const rows::statements& texts = with_.writer.texts();
    db::retrying_session session(with_.sessions, with_.failures_max, db::lock_conflicts::outlasted);
    // The tail, which grows while the rest is copied, comes first: from then on its changes are
    // replayed, and the copy has an end.
    for (const chunk& one : from.open) with_.chunks.push(one, from.goes_on, stop);
    keys::key_range rest{.after = from.watermark, .up_to = from.end};
    while (from.end && rest.after != from.end) {
        keys::key_range next = rest;
        try {
            session.run("find the bound of a chunk", stop, [&](db::session& on) {
                naming_holders(on, with_.holders, [&] {
                    const auto found = rows::find_bound(on, texts, rest, with_.sizer.rows());
                    next.up_to = found ? found : rest.up_to;
                });
            });
        } catch (const error& failure) {
            let_the_stream_tell(failure, stop);
            throw;
        }
        with_.chunks.push(next, stop);
        rest.after = next.up_to;
    }
    with_.chunks.close();
}

void copier::copy_chunks(std::stop_token stop) {
    db::retrying_session session(with_.sessions, with_.failures_max, db::lock_conflicts::outlasted);
    std::optional<chunk> current;
    bool proven = false;
    std::chrono::nanoseconds took{0};
    for (;;) {
        if (!current) {
            // The first chunk is the tail, if it is open: it would grow while copying is throttled.
            if (first_taken_.exchange(true)) with_.throttler.wait_until_clear(stop);
            current = with_.chunks.take(stop);
            proven = false;
            if (!current) return;
        }
        std::optional<chunk> next;
        try {
            next = copy(session, *current, proven, took, stop);
        } catch (const error& failure) {
            let_the_stream_tell(failure, stop);
            if (!db::may_be_the_rows(failure)) throw;
            throw_naming_the_row(session, *current, failure, stop);
        }
        fault::point("copier.chunk_committed");
        with_.chunks.ended(*current);
        fault::point("copier.chunk_ended");
        if (!next) rest_after(took, stop);
        current = next;
    }
}

// A chunk that is copied. All of it is one part, in one transaction, unless that is too large for
// the server; then it is halved, and the parts follow one another. To the change set it stays one
// chunk, in flight until its last part is committed.
struct copier::at_work {
    const chunk& current;
    bool& proven;  ///< A barrier of ours was committed since `current` was registered.
    std::vector<keys::key_range> parts{current.rest()};  ///< Still to be copied, the next one last.
    std::uint64_t rows = current.rows;                   ///< Of those that are committed.
    std::optional<chunk> next = std::nullopt;  ///< Registered before the last COMMIT was sent.
    bool next_is_proven = false;
    std::chrono::nanoseconds took{0};
};

// Copies `current` and returns the chunk that was registered before its COMMIT was sent, if any.
// `proven`: a barrier of ours was committed since `current` was registered; on return, whether the
// same holds for the chunk returned. `took`: set to how long the last try took.
std::optional<chunk> copier::copy(db::retrying_session& session, const chunk& current, bool& proven,
                                  std::chrono::nanoseconds& took, std::stop_token stop) {
    at_work work{.current = current, .proven = proven};
    while (!work.parts.empty()) {
        try {
            copy_part(session, work, stop);
        } catch (const error& failure) {
            if (!db::is_too_large(failure)) throw;
            halve_part(session, work, failure, stop);
        }
    }
    rows_copied_ += work.rows - current.rows;
    took = work.took;
    proven = work.next_is_proven;
    return work.next;
}

// Outside of the chunk's transaction, so that no lock on another table that a condition names is
// held until its end.
void copier::throw_if_met(db::session& on, const keys::key_range& part) const {
    const rows::statements& texts = with_.writer.texts();
    for (const row_check& check : with_.checks)
        if (const auto met = on.query(texts.any_that(part, check.condition)); !met.empty())
            throw error(check.says + texts.codec().describe(texts.codec().from_row(met.front())));
}

void copier::copy_part(db::retrying_session& session, at_work& work, std::stop_token stop) {
    const keys::key_range part = work.parts.back();
    tables::chunk_progress progress{
        .chunk = work.current.id,
        .done = {.after = work.current.range.after, .up_to = part.up_to},
        .rows = 0,
        .goes_on = part.after != work.current.range.after};
    bool commit_sent = false;
    bool found_committed = false;
    std::uint64_t rows = 0;
    std::chrono::nanoseconds took{0};
    const bool no_barrier = fault::rule_taken_out("barrier");
    const auto copy_once = [&](db::session& on) {
        if (commit_sent) {
            // The answer was lost; nothing may be copied twice.
            found_committed = with_.checkpoint.chunk_is_recorded(on, progress);
            if (found_committed) return;
            commit_sent = false;
        }
        if (!work.proven && !no_barrier) with_.barrier.pass(stop);
        work.proven = true;
        const auto began = std::chrono::steady_clock::now();
        throw_if_met(on, part);
        naming_holders(on, with_.holders, [&] {
            try {
                with_.writer.begin(on);
                rows = with_.writer.copy(on, part);
            } catch (const error& failure) {
                if (!rows::is_duplicate(failure)) throw;
                on.execute("ROLLBACK");
                rows = with_.conflicts.copy_evicting(on, part, stop);
            }
        });
        progress.rows = work.rows + rows;
        with_.writer.record(on, progress);
        fault::point("copier.chunk_read");
        // A chunk that is registered holds its keys: none is while its worker rests.
        const bool last = work.parts.size() == 1;
        if (last && !no_barrier && !work.next && with_.pace.snapshot().nice_ratio <= 0 &&
            !with_.throttler.state().throttled)
            work.next = with_.chunks.take_if_ready();
        commit_sent = true;
        on.execute("COMMIT");
        took = std::chrono::steady_clock::now() - began;
        with_.sizer.copied(rows, took);
    };
    session.run("copy a chunk", stop, [&](db::session& on) {
        try {
            copy_once(on);
        } catch (const error& failure) {
            if (with_.failed) with_.failed(failure.what());
            throw;
        }
    });
    work.parts.pop_back();
    work.rows += rows;
    work.took += took;
    // This commit, with its progress row, is a barrier for the next chunk.
    work.next_is_proven = !found_committed;
}

void copier::halve_part(db::retrying_session& session, at_work& work, const error& failure,
                        std::stop_token stop) {
    const keys::key_range part = work.parts.back();
    std::optional<keys::key_value> middle;
    session.run("halve a chunk that is too large", stop, [&](db::session& on) {
        middle = rows::find_middle(on, with_.writer.texts(), part);
    });
    if (!middle) throw failure;
    log::info("a chunk is too large for one transaction, and goes in parts: {}", failure.what());
    with_.sizer.was_too_large();
    work.parts.back() = {.after = middle, .up_to = part.up_to};
    work.parts.push_back({.after = part.after, .up_to = middle});
}

void copier::rest_after(std::chrono::nanoseconds took, std::stop_token stop) const {
    const auto rest = with_.sizer.rest_after(took);
    if (rest.count() > 0 && !with_.chunks.drained()) pause_for(rest, stop);
}

void copier::throw_naming_the_row(db::retrying_session& session, const chunk& current,
                                  const error& failure, std::stop_token stop) const {
    const rows::statements& texts = with_.writer.texts();
    const std::size_t keys_max = texts.keys_max();
    std::optional<rows::row_writer::refused> refused;
    session.run("find the row that is refused", stop, [&](db::session& on) {
        std::vector<keys::key_value> keys;
        for (keys::key_range rest = current.range; !refused; rest.after = keys.back()) {
            keys.clear();
            for (const db::row& found : on.query(texts.keys_in(rest, keys_max)))
                keys.push_back(texts.codec().from_row(found));
            if (keys.empty()) return;
            refused = with_.writer.refused_row(on, keys);
        }
    });
    if (!refused) throw failure;
    throw error(fmt::format("{} refuses the row {}: {}", with_.words.target,
                            texts.codec().describe(refused->key), refused->reason),
                failure.properties());
}

}  // namespace segue::carry
