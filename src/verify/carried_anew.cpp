#include "src/verify/carried_anew.hpp"

#include "src/base/error.hpp"
#include "src/rows/row_writer.hpp"
#include "src/verify/row_digests.hpp"

#include <set>

namespace segue::verify {
namespace {

// As row_writer does it: also by the names that the rows have now.
void erase(db::session& session, const rows::statements& texts,
           std::span<const keys::key_value> keys) {
    session.execute(texts.erase(keys));
    if (!texts.spelling_matters()) return;
    std::vector<keys::key_value> now;
    for (const db::row& one : session.query(texts.spelled(keys)))
        now.push_back(texts.codec().from_row(one));
    if (!now.empty()) session.execute(texts.erase(now));
}

void carry_over(db::session& session, const rows::statements& texts,
                std::span<const keys::key_value> keys) {
    erase(session, texts, keys);
    session.execute(texts.carry_over_plainly(keys));
}

// Carries the keys over one by one, and returns those whose rows some other row of the target
// stands in the way of: they are not there as they should be, or both could not be.
std::set<keys::key_value> carry_over_singly(db::session& session, const rows::statements& texts,
                                            std::span<const keys::key_value> keys) {
    std::set<keys::key_value> kept_out;
    for (const keys::key_value& key : keys) {
        session.execute("SAVEPOINT segue_one");
        try {
            carry_over(session, texts, std::span(&key, 1));
        } catch (const error& failure) {
            if (!rows::is_duplicate(failure)) throw;
            session.execute("ROLLBACK TO SAVEPOINT segue_one");
            kept_out.insert(key);
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
