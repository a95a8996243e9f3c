#include "src/migration/key_check.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace segue::migration {
namespace {

void require_found(bool found, const statements& texts, const key_value& key) {
    if (found) return;
    throw error(fmt::format(
        "the key {} was read from the table, and written as a literal it does not name its row: "
        "rows would be lost. Is a proxy between, which changes statements? Otherwise the table "
        "needs another key.",
        texts.codec().describe(key)));
}

std::vector<key_value> keys_of(db::session& session, const statements& texts,
                               const std::string& sql) {
    std::vector<key_value> keys;
    for (const db::row& found : session.query(sql)) keys.push_back(texts.codec().from_row(found));
    return keys;
}

void check_in_snapshot(db::session& session, const statements& texts) {
    const auto least = keys_of(session, texts, texts.first_key());
    const auto greatest = keys_of(session, texts, texts.last_key());
    if (least.empty() || greatest.empty()) return;
    const std::vector<key_value> both = {least.front(), greatest.front()};
    for (const db::row& answer : session.query(texts.which_are_gone(both)))
        require_found(answer[1] == "0", texts, both.at(db::to_uint64(answer[0], "index of a key")));
    const key_range up_to_least{.after = std::nullopt, .up_to = least.front()};
    require_found(keys_of(session, texts, texts.keys_in(up_to_least, 2)) == least, texts,
                  least.front());
    const key_range above_greatest{.after = greatest.front(), .up_to = std::nullopt};
    require_found(keys_of(session, texts, texts.keys_in(above_greatest, 1)).empty(), texts,
                  greatest.front());
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

void check_key_forms(db::session& session, const statements& texts) {
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    try {
        check_in_snapshot(session, texts);
    } catch (const error& failure) {
        if (!failure.connection_lost()) session.execute("ROLLBACK");
        throw;
    }
    session.execute("COMMIT");
}

}  // namespace segue::migration
