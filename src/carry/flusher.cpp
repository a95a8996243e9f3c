#include "src/carry/flusher.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/carry/stream_tells.hpp"

#include <fmt/format.h>

namespace segue::carry {
namespace {

constexpr std::chrono::milliseconds linger{50};
constexpr std::chrono::milliseconds hibernation_turn{100};

}  // namespace

void flusher::run(std::stop_token stop) {
    db::retrying_session session(with_.sessions, with_.failures_max, db::lock_conflicts::outlasted);
    introduce(session, stop);
    for (;;) {
        wait_while_it_may_not(stop);
        const auto keys = with_.changes.take(with_.batch_keys,
                                             hurry_ ? std::chrono::milliseconds(0) : linger, stop);
        if (!keys) return;
        std::size_t done = 0;
        try {
            session.run("carry rows over", stop, [&](db::session& on) {
                if (!fault::rule_taken_out("barrier")) with_.barrier.pass(stop);
                naming_holders(on, with_.holders,
                               [&] { done = flush(on, *keys, keys->size(), stop); });
            });
        } catch (const error& failure) {
            with_.changes.put_back(*keys);
            let_the_stream_tell(failure, stop);
            if (!db::may_be_the_rows(failure)) throw;
            throw_naming_the_row(session, *keys, failure, stop);
        } catch (...) {
            with_.changes.put_back(*keys);
            throw;
        }
        with_.changes.flushed(*keys);
        keys_flushed_ += done;
    }
}

// So that the first rows do not wait for a COMMIT more.
void flusher::introduce(db::retrying_session& session, std::stop_token stop) const {
    told_by_the_stream(stop, [&] {
        session.run("write down whose connection it is", stop,
                    [&](db::session& on) { with_.writer.introduce(on); });
    });
}

// The stream must never stand still for it: what a server has to hold back it may cut off.
void flusher::wait_while_it_may_not(std::stop_token stop) const {
    while ((with_.throttler.hibernating() || with_.pace.replay_paused()) &&
           !with_.changes.half_full())
        pause_for(hibernation_turn, stop);
}

// Returns how many keys were carried over, these and maybe others. A few of the rows may be much
// longer than all others: what is too large for one transaction goes in several, one after the
// other.
std::size_t flusher::flush(db::session& on, std::span<const keys::key_value> keys,
                           std::size_t taken, std::stop_token stop) {
    try {
        return flush_in_one(on, keys, taken, stop);
    } catch (const error& failure) {
        // A row that keeps what it has of its own is never taken out.
        const bool stays = keys.size() == 1 && with_.writer.texts().keeps_rows();
        if (!db::is_too_large(failure) || stays) throw;
        log::info("{} changed rows are too large for one transaction: {}", keys.size(),
                  failure.what());
        on.execute("ROLLBACK");
    }
    if (keys.size() == 1) {
        // Without the row that it replaces it may fit.
        with_.writer.evict_in_one_transaction(on, keys);
        return flush_in_one(on, keys, taken, stop);
    }
    const auto half = keys.first(keys.size() / 2);
    const std::size_t done = flush(on, half, taken, stop);
    return done + flush(on, keys.subspan(half.size()), taken, stop);
}

std::size_t flusher::flush_in_one(db::session& on, std::span<const keys::key_value> keys,
                                  std::size_t taken, std::stop_token stop) {
    try {
        with_.writer.carry_over(on, keys);
        return keys.size();
    } catch (const error& failure) {
        if (!rows::is_duplicate(failure)) throw;
        on.execute("ROLLBACK");
    }
    return with_.conflicts.flush_evicting(on, keys, taken, stop);
}

void flusher::throw_naming_the_row(db::retrying_session& session,
                                   std::span<const keys::key_value> keys, const error& failure,
                                   std::stop_token stop) const {
    std::optional<rows::row_writer::refused> refused;
    session.run("find the row that is refused", stop,
                [&](db::session& on) { refused = with_.writer.refused_row(on, keys); });
    if (!refused) throw failure;
    throw error(fmt::format("{} refuses the row {}: {}", with_.words.target,
                            with_.writer.texts().codec().describe(refused->key), refused->reason),
                failure.properties());
}

}  // namespace segue::carry
