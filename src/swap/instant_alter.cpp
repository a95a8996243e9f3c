#include "src/swap/instant_alter.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/db/retry.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/alter_text.hpp"
#include "src/swap/bounded_ddl.hpp"
#include "src/swap/lost_connection.hpp"

#include <fmt/format.h>

namespace segue::swap {
namespace {

using std::chrono::milliseconds;

// Whether the table is still as it was, once the lost connection is gone.
bool is_as_it_was(db::session_factory& sessions, const preflight::plan& seen,
                  const lost_connection& lost, const std::stop_token& stop) {
    constexpr unsigned tries = 30;
    db::session_factory at_any_time = sessions.unwatched();
    db::retrying_session session(at_any_time, tries, db::lock_conflicts::failures);
    bool same = false;
    session.run("look whether the table was altered", stop, [&](db::session& on) {
        if (!end_lost_connection(on, lost, stop))
            throw error(
                fmt::format("connection {}, which was lost, may still alter the table", lost.id),
                {.retryable = true});
        same = !servers::was_changed(on, seen.original);
    });
    return same;
}

}  // namespace

instant_attempt alter_instantly(db::session_factory& sessions, const preflight::plan& seen,
                                const std::string& alter, milliseconds length, swap_record& record,
                                std::stop_token stop) {
    const std::string text =
        sql::alter_on(sql::parse_alter(alter), seen.original.name, {}, sql::alter_way::instantly);
    const ddl_place at{
        .sessions = sessions, .server = seen.server, .tables = seen.tables, .length = length};
    const auto sent = [&record] {
        fault::point("instant_alter.before");
        record.rename_is_sent();
    };
    const ddl_attempt made = attempt_ddl(at, text, sent, stop);
    if (made.done) {
        record.is_known(true);
        return {.done = true, .why_not = {}, .waited = made.waited};
    }
    if (!made.failed) return {.why_not = made.why_not};
    const bool is_answer = !made.failed->connection_lost() && made.failed->from_server();
    if (is_answer) {
        record.is_known(false);
        if (stop.stop_requested()) throw stopped();
    } else if (!is_as_it_was(sessions, seen, made.by, stop)) {
        throw error(
            fmt::format("the connection was lost in ALTER TABLE ... ALGORITHM=INSTANT, "
                        "and {} is another now than it was: by that, or by somebody "
                        "else",
                        seen.original.name.quoted()));
    }
    record.is_known(false);
    return {.why_not = made.why_not, .waited = made.waited};
}

}  // namespace segue::swap
