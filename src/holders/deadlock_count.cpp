#include "src/holders/deadlock_count.hpp"

#include "src/base/error.hpp"

#include <fmt/format.h>

namespace segue::holders {

std::optional<std::uint64_t> deadlocks_raised(db::session& session) {
    try {
        const auto rows = session.query(
            R"(SELECT SUM_ERROR_RAISED
               FROM performance_schema.events_errors_summary_global_by_error
               WHERE ERROR_NUMBER=1213)");
        if (rows.size() != 1 || !rows[0][0]) return std::nullopt;
        return db::to_uint64(rows[0][0], "SUM_ERROR_RAISED");
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return std::nullopt;
    }
}

void tell_deadlocks(db::session& session, const std::optional<std::uint64_t>& before,
                    std::vector<std::string>& notices) {
    try {
        const auto after = before ? deadlocks_raised(session) : std::nullopt;
        if (after && *after > *before)
            notices.push_back(fmt::format(
                "while the lock was asked for and held, this server raised deadlock errors (1213) "
                "{} times, whatever table they were about. A transaction that has read the table "
                "and writes it while the lock is pending is such a victim.",
                *after - *before));
    } catch (const error&) {
        // Only a report.
    }
}

}  // namespace segue::holders
