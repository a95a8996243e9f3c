#include "src/backfill/row_setter.hpp"

#include "src/base/fault_point.hpp"
#include "src/base/table_name.hpp"
#include "src/db/retry.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::backfill {

using keys::key_value;

namespace {

// Of one row it is known, so that no other try helps: what a trigger signals, for one.
error_properties of_a_row(const error& failure) {
    error_properties properties = failure.properties();
    properties.retryable = false;
    return properties;
}

}  // namespace

std::vector<key_value> row_setter::read_keys(db::session& session, const std::string& query) const {
    std::vector<key_value> found;
    for (const db::row& row : session.query(query)) found.push_back(texts_.codec().from_row(row));
    return found;
}

rows_set row_setter::set(db::session& session, std::span<const key_value> keys) const {
    rows_set made;
    made.got = read_keys(session, texts_.lock(keys));
    if (made.got.empty()) return made;
    // What it is made from stays, whatever a trigger of the user's makes of it.
    const bool watched = made_.back && made_.triggers_come_first;
    const auto before = watched ? made_from(session, made.got) : std::vector<db::row>();
    made.changed = session.execute(texts_.update(made.got));
    if (watched) check_untouched(before, made_from(session, made.got));
    if (!fault::rule_taken_out("backfill.proof")) prove(session, made);
    return made;
}

std::vector<db::row> row_setter::made_from(db::session& session,
                                           std::span<const key_value> keys) const {
    return session.query(texts_.values(keys, std::vector{made_.back->target}));
}

void row_setter::check_untouched(const std::vector<db::row>& before,
                                 const std::vector<db::row>& after) const {
    const auto [was, is] = std::ranges::mismatch(before, after);
    if (was == before.end() && is == after.end()) return;
    const db::row& row = was == before.end() ? *is : *was;
    throw unstable_value(fmt::format(
        "when the row {} is filled, a trigger ({}) changes {} in it, which is never to be touched. "
        "Its rows were rolled back. Let the trigger act only where {} changes, or drop it as long "
        "as rows are filled.",
        texts_.codec().describe(texts_.codec().from_row(std::span(row).first(row.size() - 1))),
        fmt::join(made_.triggers, ", "), quoted_name(made_.back->target),
        quoted_name(made_.back->target)));
}

// Behind a savepoint, so that what triggers do a second time is taken back.
bool row_setter::changes_again(db::session& session, std::span<const key_value> keys) const {
    session.execute("SAVEPOINT segue_proof");
    const bool changes = session.execute(texts_.update(keys)) > 0;
    session.execute("ROLLBACK TO SAVEPOINT segue_proof");
    return changes;
}

void row_setter::prove(db::session& session, rows_set& made) const {
    const auto suspects = read_keys(session, texts_.unsettled(made.got));
    if (suspects.empty()) return;
    if (made_.differs_each_time)
        throw unstable_value(fmt::format(
            "the row {} still matches --where once it was set, so that each run would give it "
            "another value. Its chunk was rolled back. Let --where say which rows want a value.",
            texts_.codec().describe(suspects.front())));
    // Such a trigger may give the same value each time.
    if (made_.triggers_come_first && !made_.reads_what_it_writes) {
        made.overridden = suspects;
        return;
    }
    if (!changes_again(session, suspects)) return;
    for (const key_value& key : suspects) {
        if (!changes_again(session, std::span(&key, 1))) continue;
        if (made_.reads_what_it_writes)
            throw unstable_value(fmt::format(
                "the row {} would get another value each time it is set: its expression reads "
                "what it writes, and f(f(x)) is not f(x). Its chunk was rolled back. Write an "
                "expression over columns that are not set, or into another column.",
                texts_.codec().describe(key)));
        made.overridden.push_back(key);
    }
}

row_setter::differing row_setter::find_differing(db::session& session,
                                                 std::span<const key_value> keys,
                                                 std::size_t first_max) const {
    differing found;
    if (keys.empty()) return found;
    const auto first_of_all = [&] {
        return std::vector<key_value>(
            keys.begin(),
            keys.begin() + static_cast<std::ptrdiff_t>(std::min(first_max, keys.size())));
    };
    if (made_.triggers_come_first) return {.rows = keys.size(), .first = first_of_all()};
    std::uint64_t changed = 0;
    try {
        session.execute("SAVEPOINT segue_look");
        changed = session.execute(texts_.update(keys));
        session.execute("ROLLBACK TO SAVEPOINT segue_look");
    } catch (const error& failure) {
        if (db::is_conflict(failure) || !db::may_be_the_rows(failure)) throw;
        session.execute("ROLLBACK TO SAVEPOINT segue_look");
        changed = keys.size();
        if (keys.size() > 1) {  // Some row is refused: by halves.
            const auto half = keys.first(keys.size() / 2);
            found = find_differing(session, half, first_max);
            auto more =
                find_differing(session, keys.subspan(half.size()), first_max - found.first.size());
            found.rows += more.rows;
            found.first.insert(found.first.end(), more.first.begin(), more.first.end());
            return found;
        }
    }
    found.rows = changed;
    if (changed == 0 || first_max == 0) return found;
    if (changed == keys.size()) {
        found.first = first_of_all();
        return found;
    }
    const auto half = keys.first(keys.size() / 2);
    found.first = find_differing(session, half, first_max).first;
    auto more =
        find_differing(session, keys.subspan(half.size()), first_max - found.first.size()).first;
    found.first.insert(found.first.end(), more.begin(), more.end());
    return found;
}

std::optional<error> row_setter::failure_of(db::session& session, std::span<const key_value> keys,
                                            const probe& probed) {
    session.execute("START TRANSACTION");
    try {
        probed(keys);
        session.execute("ROLLBACK");
        return std::nullopt;
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        session.execute("ROLLBACK");
        if (db::is_conflict(failure) || !db::may_be_the_rows(failure)) return std::nullopt;
        return failure;
    }
}

// The last of the fewest that fail, from the first on: also a row that meets another one of them.
std::optional<std::pair<key_value, error>> row_setter::failing(db::session& session,
                                                               std::span<const key_value> keys,
                                                               const probe& probed) {
    if (keys.empty()) return std::nullopt;
    auto failed = failure_of(session, keys, probed);
    if (!failed) return std::nullopt;
    std::size_t pass = 0;
    std::size_t fail = keys.size();
    while (fail - pass > 1) {
        const std::size_t middle = pass + (fail - pass) / 2;
        if (auto met = failure_of(session, keys.first(middle), probed)) {
            fail = middle;
            failed = std::move(met);
        } else {
            pass = middle;
        }
    }
    return std::pair(keys[fail - 1], *failed);
}

error row_setter::named(db::session& session, std::span<const key_value> keys,
                        const error& failure) const {
    const auto found = failing(session, keys, [&](std::span<const key_value> some) {
        static_cast<void>(session.query(texts_.unsettled(some)));
        session.execute(texts_.update(some));
    });
    if (!found) return failure;
    return error(fmt::format("the row {} cannot be set: {}", texts_.codec().describe(found->first),
                             found->second.what()),
                 of_a_row(found->second));
}

error row_setter::named_in(db::session& session, const keys::key_range& range,
                           const error& failure) const {
    for (keys::key_range rest = range;;) {
        const auto keys = read_keys(session, texts_.walk().keys_in(rest, texts_.keys_max()));
        if (keys.empty()) return failure;
        const auto found = failing(session, keys, [&](std::span<const key_value> some) {
            static_cast<void>(session.query(texts_.still(some)));
        });
        if (found)
            return error(fmt::format("the row {} cannot be looked at: {}",
                                     texts_.codec().describe(found->first), found->second.what()),
                         of_a_row(found->second));
        rest.after = keys.back();
    }
}

}  // namespace segue::backfill
