#include "src/migration/conflict_resolver.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/log.hpp"

namespace segue::migration {
namespace {

constexpr std::size_t holders_at_once_max = 1000;

std::vector<key_value> as_vector(const std::set<key_value>& keys) {
    return {keys.begin(), keys.end()};
}

}  // namespace

bool is_duplicate(const error& failure) noexcept {
    return failure.mysql_errno() == 1062 || failure.mysql_errno() == 1586;
}

void conflict_resolver::throw_real(db::session& session,
                                   const row_writer::collision& between) const {
    const std::vector<key_value> both = {between.holder, between.newcomer};
    std::string words = writer_.complaint(session, both);
    if (words.empty()) words = "they collide under a unique index";
    const auto& codec = writer_.texts().codec();
    throw error(fmt::format(
        "two rows have the same value under a unique index of the new table: row {} and row {}: {}. "
        "ALTER TABLE would refuse this too; the original is as it was.",
        codec.describe(between.holder), codec.describe(between.newcomer), words));
}

bool conflict_resolver::add_holders(db::session& session, std::set<key_value>& keys) const {
    const auto wanted = as_vector(keys);
    bool added = false;
    for (const auto& one : writer_.collisions(session, wanted)) {
        if (one.holder == one.newcomer) continue;  // A row of the same key: not a matter of values.
        // The rows of all wanted keys were read from the source by one statement.
        if (std::binary_search(wanted.begin(), wanted.end(), one.holder)) throw_real(session, one);
        added = keys.insert(one.holder).second || added;
    }
    return added;
}

bool conflict_resolver::carry_over_with_holders(db::session& session, std::set<key_value> together,
                                                std::stop_token stop) {
    for (;;) {
        if (changes_.outside_of_chunks(as_vector(together)).size() < together.size()) return false;
        barrier_.pass(stop);
        try {
            writer_.carry_over(session, as_vector(together));
            return true;
        } catch (const error& failure) {
            if (!is_duplicate(failure)) throw;
            session.execute("ROLLBACK");
        }
        if (!add_holders(session, together)) return false;
    }
}

bool conflict_resolver::flush_with_holders(db::session& session, std::span<const key_value> keys,
                                           std::stop_token stop) {
    const auto turn = changes_.wait_for_quiet(keys.size(), stop);
    return carry_over_with_holders(session, {keys.begin(), keys.end()}, stop);
}

bool conflict_resolver::clear_the_way(db::session& session, const key_range& range,
                                      std::stop_token stop) {
    std::vector<key_value> holders;
    std::set<key_value> both;
    for (const auto& one : writer_.collisions(session, range)) {
        if (holders.size() == holders_at_once_max) break;
        holders.push_back(one.holder);
        both.insert(one.holder);
        both.insert(one.newcomer);
    }
    if (holders.empty()) return true;
    const auto turn = changes_.wait_for_quiet(0, stop);
    // Do the current rows of a holder and a newcomer collide in one snapshot?
    add_holders(session, both);
    const auto movable = changes_.outside_of_chunks(holders);
    if (movable.empty()) return false;
    log::debug("a chunk waits for {} rows that gave unique values away", movable.size());
    return carry_over_with_holders(session, {movable.begin(), movable.end()}, stop);
}

}  // namespace segue::migration
