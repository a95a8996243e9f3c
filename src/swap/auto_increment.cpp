#include "src/swap/auto_increment.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace segue::swap {

// From SHOW CREATE TABLE: what information_schema says is kept for a while.
void set_auto_increment(db::session& locker, const preflight::plan& migration) {
    const auto& columns = migration.target.columns;
    if (std::none_of(columns.begin(), columns.end(),
                     [](const schema::column& one) { return one.auto_increment; }))
        return;
    const auto next_of = [&](const table_name& table) {
        return schema::next_auto_increment(
                   locker.query_row("SHOW CREATE TABLE " + table.quoted())[1].value_or(""))
            .value_or(1);
    };
    const std::uint64_t wanted =
        migration.auto_increment.value_or(next_of(migration.original.name));
    if (wanted != next_of(migration.target.name))
        locker.execute(fmt::format("ALTER TABLE {} AUTO_INCREMENT={}",
                                   migration.target.name.quoted(), wanted));
}

}  // namespace segue::swap
