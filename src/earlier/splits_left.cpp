#include "src/earlier/splits_left.hpp"

#include "src/base/table_naming.hpp"
#include "src/tables/saved_state.hpp"

#include <map>

#include <fmt/format.h>

namespace segue::earlier {

std::vector<split_left> splits_left(db::session& session, const table_name& table) {
    std::vector<split_left> found;
    for (const db::row& there : session.query(fmt::format(
             R"(SELECT TABLE_NAME FROM information_schema.TABLES
                WHERE TABLE_SCHEMA={} AND TABLE_TYPE='BASE TABLE' AND TABLE_COMMENT={}
                ORDER BY TABLE_NAME)",
             quoted_literal(table.schema), quoted_literal(tables::split_state_comment)))) {
        const table_name state{table.schema, there[0].value_or("")};
        std::map<std::string, std::string> facts;
        for (const db::row& one :
             session.query(fmt::format("SELECT kind, value FROM {} WHERE id=0", state.quoted())))
            facts[one[0].value_or("")] = one[1].value_or("");
        const table_name target{table.schema, facts["old_table"]};
        const std::string& asked = facts["alter"];
        if (target != table && !asked.starts_with(fmt::format("--from={} ", table.name))) continue;
        found.push_back({.target = target,
                         .changelog = split_tables(table, target).changelog,
                         .state = state,
                         .asked = asked,
                         .phase = facts["phase"],
                         .ended = facts["ended"],
                         .spoiled = facts["spoiled"]});
    }
    return found;
}

}  // namespace segue::earlier
