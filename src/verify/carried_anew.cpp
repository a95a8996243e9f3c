#include "src/verify/carried_anew.hpp"

#include "src/base/error.hpp"
#include "src/rows/row_writer.hpp"
#include "src/verify/row_digests.hpp"

#include <set>
#include <vector>

namespace segue::verify {
namespace {

// Of a row that went away between being written and being named; it may come again.
constexpr int tries_max = 3;

// The names that the keys' rows have in the source now.
std::vector<keys::key_value> named_now(db::session& session, const rows::statements& texts,
                                       std::span<const keys::key_value> keys) {
    std::vector<keys::key_value> now;
    for (const db::row& one : session.query(texts.spelled(keys)))
        now.push_back(texts.codec().from_row(one));
    return now;
}

// As row_writer does it: also by the names that the rows have now.
void erase(db::session& session, const rows::statements& texts,
           std::span<const keys::key_value> keys) {
    session.execute(texts.erase(keys));
    if (!texts.spelling_matters()) return;
    const auto now = named_now(session, texts, keys);
    if (!now.empty()) session.execute(texts.erase(now));
}

void carry_over(db::session& session, const rows::statements& texts,
                std::span<const keys::key_value> keys) {
    erase(session, texts, keys);
    session.execute(texts.carry_over_plainly(keys));
}

bool fits_beside_the_others(db::session& session, const rows::statements& texts,
                            const keys::key_value& key) {
    session.execute("SAVEPOINT segue_one");
    try {
        carry_over(session, texts, std::span(&key, 1));
        return true;
    } catch (const error& failure) {
        if (!rows::is_duplicate(failure)) throw;
        session.execute("ROLLBACK TO SAVEPOINT segue_one");
        return false;
    }
}

// Carries the keys over one by one, and returns those whose rows some other row of the target
// stands in the way of: they are not there as they should be, or both could not be. A row that may
// have several names is returned by the one that it has now: that is what the log tells of it.
std::set<keys::key_value> carry_over_singly(db::session& session, const rows::statements& texts,
                                            std::span<const keys::key_value> keys) {
    const bool one_name = texts.codec().ordered();
    std::set<keys::key_value> kept_out;
    for (const keys::key_value& key : keys) {
        for (int tries = tries_max; tries > 0 && !fits_beside_the_others(session, texts, key);
             --tries) {
            const auto now =
                one_name ? std::vector{key} : named_now(session, texts, std::span(&key, 1));
            kept_out.insert(now.begin(), now.end());
            if (!now.empty()) break;
            // It is gone since.
        }
    }
    return kept_out;
}

std::set<keys::key_value> carry_over_all(db::session& session, const rows::statements& texts,
                                         std::span<const keys::key_value> keys) {
    session.execute("SAVEPOINT segue_all");
    try {
        carry_over(session, texts, keys);
        return {};
    } catch (const error& failure) {
        if (!rows::is_duplicate(failure)) throw;
        session.execute("ROLLBACK TO SAVEPOINT segue_all");
        return carry_over_singly(session, texts, keys);
    }
}

}  // namespace

std::vector<difference> changed_by_carrying_over(db::session& session, const comparison& how,
                                                 const tables::checkpoint_table* checkpoint,
                                                 std::span<const keys::key_value> keys) {
    session.execute("START TRANSACTION");
    if (checkpoint != nullptr) checkpoint->check_owner(session);
    const row_digests before = read_digests(session, how, keys);
    const auto kept_out = carry_over_all(session, how.texts(), keys);
    const row_digests after = read_digests(session, how, keys);
    session.execute("ROLLBACK");
    return differences_of(how, keys, before, after, kept_out);
}

}  // namespace segue::verify
