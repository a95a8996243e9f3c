#include "src/servers/tables_there.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/start_failure.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::servers {

std::optional<std::string> type_of_table(db::session& session, const table_name& name) {
    const auto found =
        session.query(fmt::format(R"(SELECT TABLE_TYPE FROM information_schema.TABLES
                                     WHERE TABLE_SCHEMA={} AND TABLE_NAME={})",
                                  quoted_literal(name.schema), quoted_literal(name.name)));
    return found.empty() ? std::nullopt : found.front()[0];
}

bool exists(db::session& session, const table_name& name) {
    return type_of_table(session, name).has_value();
}

schema::table_definition read_or_refuse(db::session& session, const table_name& name) {
    auto found = schema::read_table(session, name);
    if (!found)
        throw_refusals(
            {{fmt::format("there is no table {} that the account can see", name.quoted()),
              "Check --database and --table, and the account's privileges."}});
    return std::move(*found);
}

bool was_changed(db::session& session, const schema::table_definition& before) {
    const auto now = schema::read_table(session, before.name);
    return now && !schema::same_definition(*now, before);
}

void drop_if_exists(db::session& session, const table_name& name) {
    try {
        session.execute("DROP TABLE IF EXISTS " + name.quoted());
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::lock_wait_timeout) throw;
        throw explained_lock_wait(fmt::format("{} cannot be dropped yet, as {} ({})", name.quoted(),
                                              holders_text(session, name), failure.what()),
                                  failure.properties());
    }
}

}  // namespace segue::servers
