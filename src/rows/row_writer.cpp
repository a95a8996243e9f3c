#include "src/rows/row_writer.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/rows/refused_value.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace segue::rows {
namespace {

constexpr std::string_view roll_back = "ROLLBACK";
constexpr std::string_view set_savepoint = "SAVEPOINT segue_look";
constexpr std::string_view back_to_savepoint = "ROLLBACK TO SAVEPOINT segue_look";

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0;;) {
        const std::size_t end = text.find(separator, start);
        parts.emplace_back(text.substr(start, end - start));
        if (end == std::string_view::npos) return parts;
        start = end + 1;
    }
}

// A duplicate of what it writes down is not a matter of the rows' values.
template <typename Write>
void once(std::string_view invariant, Write write) {
    try {
        write();
    } catch (const error& failure) {
        require(failure.mysql_errno() != er::dup_entry, invariant);
        throw;
    }
}

}  // namespace

bool is_duplicate(const error& failure) noexcept {
    return failure.mysql_errno() == er::dup_entry ||
           failure.mysql_errno() == er::dup_entry_with_key_name;
}

void row_writer::introduce(db::session& session) const {
    {
        const std::lock_guard lock(mutex_);
        if (introduced_.contains(session.connection_id())) return;
    }
    checkpoint_.record_writer(session);
    const std::lock_guard lock(mutex_);
    introduced_.insert(session.connection_id());
}

void row_writer::begin(db::session& session) const {
    introduce(session);
    session.execute("START TRANSACTION");
    checkpoint_.check_owner(session);
}

// One row for each key asked: an absence is never concluded from a short answer.
row_writer::presence row_writer::look_up(db::session& session,
                                         std::span<const keys::key_value> keys) const {
    const auto answers = session.query(texts_.which_are_gone(keys));
    if (answers.size() != keys.size())
        throw error(
            fmt::format("the server answered {} rows for {} keys: something between "
                        "shortens results",
                        answers.size(), keys.size()));
    presence found;
    std::vector<bool> answered(keys.size(), false);
    for (const db::row& answer : answers) {
        const std::uint64_t index = db::to_uint64(answer[0], "index of a key");
        require(index < keys.size() && !answered[index], "each key is answered once");
        answered[index] = true;
        (answer[1] == "1" ? found.gone : found.there).push_back(keys[index]);
    }
    return found;
}

// Writes over what the target holds.
void row_writer::write_over(db::session& session, std::span<const keys::key_value> keys) const {
    const presence found = look_up(session, keys);
    if (!found.gone.empty()) session.execute(texts_.erase(found.gone));
    if (!found.there.empty()) session.execute(texts_.carry_over(found.there));
}

void row_writer::carry_over(db::session& session, std::span<const keys::key_value> keys) const {
    begin(session);
    if (texts_.upserts()) {
        write_over(session, keys);
    } else {
        erase(session, keys);
        session.execute(texts_.carry_over(keys));
    }
    session.execute("COMMIT");
}

void row_writer::evict_in_one_transaction(db::session& session,
                                          std::span<const keys::key_value> keys) const {
    begin(session);
    session.execute(texts_.erase(keys));
    session.execute("COMMIT");
}

void row_writer::carry_over_under_lock(db::session& session,
                                       std::span<const keys::key_value> keys) const {
    checkpoint_.check_still_owner(session);
    // All are erased first: a unique value may have moved between rows of different batches.
    const std::vector<step> steps = texts_.keeps_rows() ? std::vector{step::write_over}
                                                        : std::vector{step::erase, step::insert};
    try {
        for (const step one : steps) do_in_batches(session, keys, one);
        session.execute("COMMIT");
        return;
    } catch (const error& failure) {
        if (!db::is_too_large(failure)) throw;
        session.execute("ROLLBACK");
    }
    for (const step one : steps) commit_in_parts(session, keys, one);
}

void row_writer::do_in_batches(db::session& session, std::span<const keys::key_value> keys,
                               step what) const {
    for (std::size_t i = 0; i < keys.size(); i += batch_keys_) {
        const auto some = keys.subspan(i, std::min(batch_keys_, keys.size() - i));
        if (what == step::erase)
            session.execute(texts_.erase(some));
        else if (what == step::insert)
            insert(session, some);
        else
            write_over(session, some);
    }
}

void row_writer::commit_in_parts(db::session& session, std::span<const keys::key_value> keys,
                                 step what) const {
    try {
        do_in_batches(session, keys, what);
        session.execute("COMMIT");
        return;
    } catch (const error& failure) {
        if (!db::is_too_large(failure) || keys.size() < 2) throw;
        session.execute("ROLLBACK");
    }
    const auto half = keys.first(keys.size() / 2);
    commit_in_parts(session, half, what);
    commit_in_parts(session, keys.subspan(half.size()), what);
}

// Also by the names that the rows have now: one that an earlier flush wrote under such a name,
// which is to be flushed again, would stand in the way of itself.
void row_writer::erase(db::session& session, std::span<const keys::key_value> keys) const {
    session.execute(texts_.erase(keys));
    if (!texts_.spelling_matters()) return;
    std::vector<keys::key_value> now;
    for (const db::row& found : session.query(texts_.spelled(keys)))
        now.push_back(texts_.codec().from_row(found));
    if (!now.empty()) session.execute(texts_.erase(now));
}

// What flushes brought of the range. Where the target's order is another one that is found by the
// source's keys; a row that the source has lost is left to its flush, which is still to come.
void row_writer::erase(db::session& session, const keys::key_range& range) const {
    if (texts_.ranges_in_target()) {
        session.execute(texts_.erase_range(range));
        return;
    }
    for_each_batch(session, range, [&](std::span<const keys::key_value> keys) {
        session.execute(texts_.erase(keys));
        return false;
    });
}

void row_writer::for_each_batch(
    db::session& session, const keys::key_range& range,
    const std::function<bool(std::span<const keys::key_value>)>& take) const {
    keys::key_range rest = range;
    for (std::vector<keys::key_value> keys;; rest.after = keys.back()) {
        keys.clear();
        for (const db::row& found : session.query(texts_.keys_in(rest, batch_keys_)))
            keys.push_back(texts_.codec().from_row(found));
        if (keys.empty() || take(keys) || keys.size() < batch_keys_) return;
    }
}

std::optional<keys::key_value> row_writer::any_in_target(db::session& session,
                                                         const keys::key_range& range) const {
    std::optional<keys::key_value> any;
    for_each_batch(session, range, [&](std::span<const keys::key_value> keys) {
        const auto found = session.query(texts_.in_target(keys));
        if (!found.empty()) any = texts_.codec().from_row(found.front());
        return any.has_value();
    });
    return any;
}

std::uint64_t row_writer::copy(db::session& session, const keys::key_range& range) const {
    if (!texts_.codec().ordered() && !texts_.upserts()) erase(session, range);
    return session.execute(texts_.copy(range));
}

void row_writer::evict(db::session& session, std::span<const keys::key_value> keys) const {
    session.execute(texts_.erase(keys));
}

void row_writer::evict_for_later(db::session& session, std::uint64_t number,
                                 std::span<const keys::key_value> keys) const {
    session.execute(texts_.erase(keys));
    once("an eviction has a number of its own",
         [&] { checkpoint_.record_evicted(session, number, keys); });
}

void row_writer::insert(db::session& session, std::span<const keys::key_value> keys) const {
    // An earlier batch of the transaction may have brought one of the rows under another name.
    if (!texts_.codec().ordered()) erase(session, keys);
    session.execute(texts_.carry_over_plainly(keys));
}

void row_writer::record(db::session& session, const tables::chunk_progress& progress) const {
    once("a chunk is recorded once", [&] { checkpoint_.record_chunk(session, progress); });
}

std::vector<row_writer::collision> row_writer::collected(db::session& session) const {
    const auto text = session.query_value("SELECT @segue_collisions");
    session.execute(back_to_savepoint);
    std::vector<collision> found;
    if (!text || text->empty()) return found;
    const std::size_t columns = texts_.codec().columns();
    for (const std::string& pair : split(*text, ';')) {
        const auto values = split(pair, ',');
        require(values.size() == 2 * columns, "a collision has two keys");
        const std::vector<db::value> all(values.begin(), values.end());
        const std::span<const db::value> both(all);
        found.push_back({.holder = texts_.codec().from_row(both.first(columns)),
                         .newcomer = texts_.codec().from_row(both.last(columns))});
    }
    return found;
}

// Which of `names` means the row of each key that was found, the server says: it compares them. Not
// where the target tells names of one row apart: a row may be there by a name that it has no more.
void row_writer::rename_as(db::session& session, std::vector<collision>& found,
                           std::span<const keys::key_value> names) const {
    if (texts_.codec().ordered() || texts_.spelling_matters()) return;
    for (std::size_t i = 0; i < found.size(); i += batch_keys_) {
        const auto some = std::span(found).subspan(i, std::min(batch_keys_, found.size() - i));
        std::vector<keys::key_value> asked;
        for (const collision& one : some) {
            asked.push_back(one.holder);
            asked.push_back(one.newcomer);
        }
        for (const db::row& same : session.query(texts_.same_keys(asked, names))) {
            const std::uint64_t index = db::to_uint64(same[0], "index of a key");
            const std::uint64_t name = db::to_uint64(same[1], "index of its name");
            collision& of = some[index / 2];
            (index % 2 == 0 ? of.holder : of.newcomer) = names[name];
        }
    }
}

std::vector<row_writer::collision> row_writer::collisions(db::session& session,
                                                          const keys::key_range& range) const {
    session.execute(set_savepoint);
    session.execute("SET @segue_collisions=NULL");
    if (!texts_.codec().ordered()) erase(session, range);
    session.execute(texts_.collisions_in(range));
    return collected(session);
}

std::vector<row_writer::collision> row_writer::collisions(
    db::session& session, std::span<const keys::key_value> keys) const {
    session.execute(set_savepoint);
    session.execute("SET @segue_collisions=NULL");
    session.execute(texts_.erase(keys));
    session.execute(texts_.collisions_in(keys));
    auto found = collected(session);
    rename_as(session, found, keys);
    return found;
}

std::optional<error> row_writer::failure_of(db::session& session,
                                            std::span<const keys::key_value> keys) const {
    std::optional<error> failed;
    begin(session);
    try {
        session.execute(texts_.erase(keys));
        session.execute(texts_.carry_over_plainly(keys));
    } catch (const error& failure) {
        if (!db::may_be_the_rows(failure)) throw;
        failed = failure;
    }
    session.execute(roll_back);
    return failed;
}

std::string row_writer::complaint(db::session& session,
                                  std::span<const keys::key_value> keys) const {
    const auto failed = failure_of(session, keys);
    return failed ? failed->what() : "";
}

// A duplicate is no refusal: the value's holder may be about to be flushed. But it ends the
// statement, so that a row behind it that is refused is found in a smaller part only. Of one row
// the values are looked at before its unique values are.
std::optional<row_writer::refused> row_writer::refused_row(
    db::session& session, std::span<const keys::key_value> keys) const {
    const auto failed = failure_of(session, keys);
    if (!failed) return std::nullopt;
    if (keys.size() == 1) {
        if (is_duplicate(*failed)) return std::nullopt;
        return refused{.key = keys.front(),
                       .reason = failed->what() + what_to_do_about(*failed, texts_)};
    }
    const auto half = keys.first(keys.size() / 2);
    if (auto found = refused_row(session, half)) return found;
    return refused_row(session, keys.subspan(half.size()));
}

}  // namespace segue::rows
