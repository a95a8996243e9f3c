#include "src/carry/conflict_resolver.hpp"

#include "src/base/clock.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/growing_interval.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/db/retry.hpp"
#include "src/rows/bound_finder.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace segue::carry {
namespace {

constexpr std::size_t all_keys = std::numeric_limits<std::size_t>::max() / 2;
constexpr unsigned tries_told = 16;

std::vector<keys::key_value> as_vector(const std::set<keys::key_value>& keys) {
    return {keys.begin(), keys.end()};
}

}  // namespace

void conflict_resolver::throw_real(db::session& session,
                                   const rows::row_writer::collision& between) const {
    session.execute("ROLLBACK");
    const std::vector<keys::key_value> both = {between.holder, between.newcomer};
    std::string words = writer_.complaint(session, both);
    if (words.empty()) words = "they collide under a unique index";
    const auto& codec = writer_.texts().codec();
    throw error(
        fmt::format("two rows have the same value under a unique index of {}: row {} and row {}: "
                    "{}. {}",
                    words_.target, codec.describe(between.holder), codec.describe(between.newcomer),
                    words, words_.of_a_conflict));
}

std::vector<keys::key_value> conflict_resolver::outdated_holders(
    db::session& session, const std::vector<rows::row_writer::collision>& found,
    const std::set<keys::key_value>& together) const {
    std::set<keys::key_value> both = together;
    std::vector<keys::key_value> out_of_date;
    // Their newcomers are named by the same statement.
    const std::size_t at_once_max = std::max<std::size_t>(1, with_.batch_keys / 2);
    for (const auto& one : found) {
        // A holder with the newcomer's key is the same row, as an earlier transaction wrote it.
        if (one.holder != one.newcomer && together.contains(one.holder)) throw_real(session, one);
        if (out_of_date.size() == at_once_max) break;
        out_of_date.push_back(one.holder);
        both.insert(one.holder);
        both.insert(one.newcomer);
    }
    if (out_of_date.empty()) return out_of_date;
    fault::point("conflict_resolver.holders_found");
    // Do the current rows of a holder and a newcomer collide, read by one statement?
    for (const auto& one : writer_.collisions(session, as_vector(both)))
        if (one.holder != one.newcomer && both.contains(one.holder)) throw_real(session, one);
    return out_of_date;
}

// Writes all pieces, the last one first, within a transaction. Where a unique index stands in the
// way of a piece, the holders are taken out of the target, and will be flushed, whatever becomes of
// the transaction: whoever flushes them waits for its locks. Where values move faster than a piece
// can be written, it is halved.
template <typename Piece>
void conflict_resolver::write_evicting(db::session& session, std::vector<Piece> pieces,
                                       const steps<Piece>& how, std::stop_token stop) const {
    unsigned failures = 0;
    std::string complaint;
    growing_interval told;
    while (!pieces.empty()) {
        if (stop.stop_requested()) throw stopped();
        const Piece piece = pieces.back();
        try {
            how.write(piece);
            pieces.pop_back();
            failures = 0;
            continue;
        } catch (const error& failure) {
            // A duplicate undoes its statement alone, not the transaction.
            if (!rows::is_duplicate(failure)) throw;
            complaint = failure.what();
        }
        const auto found =
            outdated_holders(session, writer_.collisions(session, piece), how.read_together(piece));
        if (!found.empty()) writer_.evict_for_later(session, changes_.requeue(found), found);
        if (++failures < 2) continue;
        // A value moved between the look and the write.
        const auto [first, second] = how.halve(piece);
        if (!second) {
            if (found.empty()) how.check_alone(piece);
            if (failures >= tries_told && told.due(machine_clock().now()))
                log::write(log::level::warning,
                           fmt::format("a row waits for a unique value, looked for {} times: {}",
                                       failures, complaint));
            pause_for(db::back_off(failures), stop);
            continue;
        }
        pieces.back() = *second;
        pieces.push_back(first);
        failures = 1;
    }
}

std::size_t conflict_resolver::flush_evicting(db::session& session, batch keys, std::size_t taken,
                                              std::stop_token stop) {
    fault::point("conflict_resolver.flush_collided");
    const bool beside_others = fault::rule_taken_out("conflicts_wait_for_quiet");
    const auto turn = changes_.wait_for_quiet(beside_others ? all_keys : taken, stop);
    // Who stands in the way has most likely changed as well, and is waiting to be flushed.
    const auto along = changes_.take_while_quiet(with_.turn_keys);
    try {
        carry_over_evicting(session, {keys, along}, stop);
    } catch (const error& failure) {
        changes_.put_back(along);
        if (!db::may_be_the_rows(failure) || along.empty()) throw;
        session.execute("ROLLBACK");
        // Who took a row that the target refuses names it; so it must not have come along.
        carry_over_evicting(session, {keys}, stop);
        return keys.size();
    } catch (...) {
        changes_.put_back(along);
        throw;
    }
    changes_.flushed(along);
    return keys.size() + along.size();
}

void conflict_resolver::carry_over_evicting(db::session& session,
                                            std::initializer_list<batch> together,
                                            std::stop_token stop) const {
    std::vector<batch> pieces;
    for (batch keys : together)
        for (; !keys.empty(); keys = keys.subspan(pieces.back().size()))
            pieces.push_back(keys.first(std::min(keys.size(), with_.batch_keys)));
    barrier_.pass(stop);
    writer_.begin(session);
    // All of them first: a value may have moved between rows of different pieces.
    for (const batch& piece : pieces) writer_.evict(session, piece);
    write_evicting<batch>(
        session, std::move(pieces),
        {.write = [&](batch piece) { writer_.insert(session, piece); },
         .read_together =
             [](batch piece) { return std::set<keys::key_value>(piece.begin(), piece.end()); },
         .halve =
             [](batch piece) {
                 const std::size_t half = piece.size() / 2;
                 return half == 0 ? halves<batch>{.first = piece, .second = std::nullopt}
                                  : halves<batch>{.first = piece.first(half),
                                                  .second = piece.subspan(half)};
             },
         .check_alone = [](batch) {}},
        stop);
    session.execute("COMMIT");
    fault::point("conflict_resolver.committed");
}

// In two parts of about as many rows.
conflict_resolver::halves<keys::key_range> conflict_resolver::halve(
    db::session& session, const keys::key_range& range) const {
    halves<keys::key_range> whole{.first = range, .second = std::nullopt};
    const auto middle = rows::find_middle(session, writer_.texts(), range);
    if (!middle) return whole;
    return {.first = {.after = range.after, .up_to = middle},
            .second = keys::key_range{.after = middle, .up_to = range.up_to}};
}

// Nobody but its chunk brings a row of a key that the client orders: its changes wait for the
// chunk.
void conflict_resolver::check_not_there(db::session& session, const keys::key_range& range) const {
    if (!writer_.texts().codec().ordered()) return;
    if (const auto found = writer_.any_in_target(session, range))
        throw error(fmt::format("the row {} stands in {} before it was copied there: "
                                "somebody else writes that table. Leave it alone, and begin anew.",
                                writer_.texts().codec().describe(*found), words_.target),
                    {.spoils_run = true});
}

std::uint64_t conflict_resolver::copy_evicting(db::session& session, const keys::key_range& range,
                                               std::stop_token stop) {
    const auto turn = changes_.wait_for_quiet(0, stop);
    std::uint64_t rows = 0;
    writer_.begin(session);
    write_evicting<keys::key_range>(
        session, {range},
        {.write = [&](const keys::key_range& piece) { rows += writer_.copy(session, piece); },
         .read_together = [](const keys::key_range&) { return std::set<keys::key_value>(); },
         .halve = [&](const keys::key_range& piece) { return halve(session, piece); },
         .check_alone = [&](const keys::key_range& piece) { check_not_there(session, piece); }},
        stop);
    return rows;
}

}  // namespace segue::carry
