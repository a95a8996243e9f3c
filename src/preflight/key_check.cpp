#include "src/preflight/key_check.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

void require_found(bool found, const rows::statements& texts, const keys::key_value& key) {
    if (found) return;
    throw error(fmt::format(
        "the key {} was read from the table, and written as a literal it does not name its row: "
        "rows would be lost. Is a proxy between, which changes statements? Otherwise the table "
        "needs another key.",
        texts.codec().describe(key)));
}

std::vector<keys::key_value> keys_of(db::session& session, const rows::statements& texts,
                                     const std::string& sql) {
    std::vector<keys::key_value> keys;
    for (const db::row& found : session.query(sql)) keys.push_back(texts.codec().from_row(found));
    return keys;
}

std::vector<keys::key_value> check_in_snapshot(db::session& session,
                                               const rows::statements& texts) {
    const auto least = keys_of(session, texts, texts.first_key());
    const auto greatest = keys_of(session, texts, texts.last_key());
    if (least.empty() || greatest.empty()) return {};
    std::vector<keys::key_value> both = {least.front(), greatest.front()};
    for (const db::row& answer : session.query(texts.which_are_gone(both)))
        require_found(answer[1] == "0", texts, both.at(db::to_uint64(answer[0], "index of a key")));
    const keys::key_range up_to_least{.after = std::nullopt, .up_to = least.front()};
    require_found(keys_of(session, texts, texts.keys_in(up_to_least, 2)) == least, texts,
                  least.front());
    const keys::key_range above_greatest{.after = greatest.front(), .up_to = std::nullopt};
    require_found(keys_of(session, texts, texts.keys_in(above_greatest, 1)).empty(), texts,
                  greatest.front());
    return both;
}

// That a row does not fit is told when it is copied, with its key.
void check_in_target(db::session& session, const rows::statements& texts,
                     const std::vector<keys::key_value>& keys) {
    std::uint64_t rows = 0;
    try {
        rows = session.execute(texts.carry_over_plainly(keys));
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return;
    }
    std::uint64_t found = session.execute(texts.erase(keys));
    // A row may have got another spelling since its key was read.
    if (found < rows && texts.spelling_matters())
        if (const auto now = keys_of(session, texts, texts.spelled(keys)); !now.empty())
            found += session.execute(texts.erase(now));
    require_found(found == rows, texts, keys.front());
}

// What `check` does leaves no trace.
template <typename Check>
auto in_transaction(db::session& session, const char* begin, Check check) {
    session.execute(begin);
    try {
        auto made = check();
        session.execute("ROLLBACK");
        return made;
    } catch (const error& failure) {
        if (!failure.connection_lost()) session.execute("ROLLBACK");
        throw;
    }
}

}  // namespace

bool times_are_unambiguous(db::session& session) {
    constexpr std::array<std::string_view, 3> names = {"UTC", "Etc/UTC", "GMT"};
    const db::row zone = session.query_row("SELECT @@session.time_zone, @@system_time_zone");
    std::string name = zone[0].value_or("");
    if (name == "SYSTEM") name = zone[1].value_or("");
    return name.starts_with('+') || name.starts_with('-') ||
           std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<keys::key_value> check_key_forms_in_source(db::session& session,
                                                       const rows::statements& texts) {
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    return in_transaction(session, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
                          [&] { return check_in_snapshot(session, texts); });
}

void check_key_forms(db::session& session, const rows::statements& texts) {
    const auto keys = check_key_forms_in_source(session, texts);
    if (keys.empty()) return;
    in_transaction(session, "START TRANSACTION", [&] {
        check_in_target(session, texts, keys);
        return true;
    });
}

}  // namespace segue::preflight
