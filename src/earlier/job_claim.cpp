#include "src/earlier/job_claim.hpp"

#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <string_view>

#include <fmt/format.h>

namespace segue::earlier {
namespace {

// The statements of such a job wait a second for a lock, or are few.
constexpr std::chrono::seconds lock_awaited{5};
constexpr std::chrono::milliseconds look_interval{200};

std::string_view word_of(claimed_by job) {
    return job == claimed_by::backfill ? "backfill" : "split";
}

// A name of at most 64 characters, as an expression.
std::string lock_of(claimed_by job, const table_name& table) {
    return fmt::format("CONCAT('segue-{}/', LEFT(SHA2({},256),50))",
                       job == claimed_by::backfill ? "bkf" : "spl", quoted_literal(table.quoted()));
}

}  // namespace

bool claim(db::session& session, claimed_by job, const table_name& table,
           std::chrono::seconds wait) {
    return session.query_value(
               fmt::format("SELECT GET_LOCK({}, {})", lock_of(job, table), wait.count())) == "1";
}

void release(db::session& session, claimed_by job, const table_name& table) {
    session.execute(fmt::format("DO RELEASE_LOCK({})", lock_of(job, table)));
}

std::optional<refusal> claimed_by_another(db::session& session, claimed_by job,
                                          const table_name& table, const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + lock_awaited;
    for (bool told = false;
         session.query_value(fmt::format("SELECT IS_FREE_LOCK({})", lock_of(job, table))) == "0";
         told = true) {
        if (std::chrono::steady_clock::now() >= until)
            return refusal{
                fmt::format("a {} is at work on {}", word_of(job), table.quoted()),
                fmt::format(
                    "Nothing was changed. Let it {}, or end it first: on its machine "
                    "`segue status` tells how far it is, and `segue ctl panic` ends it.",
                    job == claimed_by::split ? "come to its end (`segue ctl finish`)" : "finish")};
        if (!told)
            log::write(log::level::warning,
                       fmt::format("a {} has the lock of {}: waiting, for up to {} s, in "
                                   "case it is dead and only a statement of it is left",
                                   word_of(job), table.quoted(), lock_awaited.count()));
        pause_for(look_interval, stop);
    }
    return std::nullopt;
}

}  // namespace segue::earlier
