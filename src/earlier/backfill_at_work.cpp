#include "src/earlier/backfill_at_work.hpp"

#include <fmt/format.h>

namespace segue::earlier {
std::optional<table_name> backfill_state_of(db::session& session, const table_name& table,
                                            const table_naming& naming) {
    const table_name state = backfill_state_beside(table, naming);
    const auto found = session.query(
        fmt::format("SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA={} AND "
                    "TABLE_NAME={}",
                    quoted_literal(state.schema), quoted_literal(state.name)));
    if (found.empty() || found.front()[0] != backfill_state_comment) return std::nullopt;
    return state;
}

}  // namespace segue::earlier
