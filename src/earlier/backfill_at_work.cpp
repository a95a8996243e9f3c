#include "src/earlier/backfill_at_work.hpp"

#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <chrono>

#include <fmt/format.h>

namespace segue::earlier {
namespace {

// A backfill's statements wait a second for a lock at most.
constexpr std::chrono::seconds lock_awaited{5};
constexpr std::chrono::milliseconds look_interval{200};

}  // namespace

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

std::string backfill_claim(const table_name& table) {
    return fmt::format("CONCAT('segue-bkf/', LEFT(SHA2({},256),50))",
                       quoted_literal(table.quoted()));
}

std::optional<refusal> backfill_at_work(db::session& session, const table_name& table,
                                        const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + lock_awaited;
    for (bool told = false;
         session.query_value(fmt::format("SELECT IS_FREE_LOCK({})", backfill_claim(table))) == "0";
         told = true) {
        if (std::chrono::steady_clock::now() >= until)
            return refusal{fmt::format("a backfill is at work on {}", table.quoted()),
                           "Nothing was changed. Let it finish, or end it first: on its machine "
                           "`segue status` tells how far it is, and `segue ctl panic` ends it."};
        if (!told)
            log::write(log::level::warning,
                       fmt::format("a backfill has the lock of {}: waiting, for up to {} s, in "
                                   "case it is dead and only a statement of it is left",
                                   table.quoted(), lock_awaited.count()));
        pause_for(look_interval, stop);
    }
    return std::nullopt;
}

}  // namespace segue::earlier
