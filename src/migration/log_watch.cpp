#include "src/migration/log_watch.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/servers/log_place.hpp"
#include "src/tables/saved_state.hpp"

#include <chrono>
#include <optional>

#include <fmt/format.h>

namespace segue::migration {
namespace {

constexpr std::chrono::seconds between_looks{5};

}  // namespace

void watch_place_in_log(const watched_place& of, const std::stop_token& stop) {
    servers::log_place_watch log(of.roles, of.tell);
    std::optional<db::session> session;
    while (!stop.stop_requested()) {
        try {
            pause_for(between_looks, stop);
            if (!session) session.emplace(of.sessions.connect(db::session_role::control));
            for (const db::row& one : session->query(fmt::format(
                     "SELECT value FROM {} WHERE kind='resume_point'", of.checkpoint.quoted())))
                log.look(*session, tables::resume_point_in(one[0].value_or("")).position);
        } catch (const stopped&) {
            return;
        } catch (const error&) {
            // Those who work on the tables say what is wrong with them, or with the server.
            session.reset();
        }
    }
}

}  // namespace segue::migration
