#include "src/datacheck/judge.hpp"

#include "src/db/retry.hpp"
#include "src/rows/row_writer.hpp"

#include <array>

namespace segue::datacheck {
namespace {

// A statement that fails is undone alone, and what it did not write stands in nobody's way.
std::optional<error> failure_of(db::session& session, const rows::statements& texts,
                                std::span<const keys::key_value> keys) {
    try {
        session.execute(texts.carry_over_plainly(keys));
        return std::nullopt;
    } catch (const error& failure) {
        if (!db::may_be_the_rows(failure) || db::is_too_large(failure)) throw;
        return failure;
    }
}

// Between two statements a unique value may move from one row to another: the verdict is that of
// one statement, which sees both rows at one moment.
std::optional<verdict> collision_of(db::session& session, const rows::statements& texts,
                                    std::span<const keys::key_value> others,
                                    const keys::key_value& key) {
    for (const keys::key_value& other : others) {
        const std::array both = {other, key};
        const auto failed = failure_of(session, texts, both);
        if (failed && rows::is_duplicate(*failed))
            return verdict{.key = other, .other = key, .words = *failed};
        session.execute("ROLLBACK TO SAVEPOINT segue_judge");
    }
    return std::nullopt;
}

std::optional<verdict> first_refused(db::session& session, const rows::statements& texts,
                                     std::span<const keys::key_value> keys) {
    session.execute("SAVEPOINT segue_judge");
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto failed = failure_of(session, texts, keys.subspan(i, 1));
        if (!failed) continue;
        if (!rows::is_duplicate(*failed))
            return verdict{.key = keys[i], .other = std::nullopt, .words = *failed};
        session.execute("ROLLBACK TO SAVEPOINT segue_judge");
        if (auto met = collision_of(session, texts, keys.first(i), keys[i])) return met;
    }
    return std::nullopt;
}

}  // namespace

std::optional<verdict> refused_of(db::session& session, const rows::statements& texts,
                                  std::span<const keys::key_value> keys) {
    session.execute("START TRANSACTION");
    try {
        auto found = first_refused(session, texts, keys);
        session.execute("ROLLBACK");
        return found;
    } catch (const error& failure) {
        if (!failure.connection_lost()) session.execute("ROLLBACK");
        throw;
    }
}

}  // namespace segue::datacheck
