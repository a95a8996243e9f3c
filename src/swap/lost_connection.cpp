#include "src/swap/lost_connection.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/base/server_errors.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>

namespace segue::swap {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_again{10};
constexpr std::chrono::seconds patience{5};

bool is_there(db::session& by, std::uint64_t connection) {
    const auto all = by.query("SHOW PROCESSLIST");
    return std::any_of(all.begin(), all.end(),
                       [&](const db::row& one) { return one[0] == std::to_string(connection); });
}

}  // namespace

bool restarted_since(db::session& session, std::chrono::steady_clock::time_point moment) {
    const auto uptime = session.query_row("SHOW GLOBAL STATUS LIKE 'Uptime'");
    return std::chrono::seconds(db::to_uint64(uptime[1], "Uptime")) <=
           std::chrono::steady_clock::now() - moment;
}

void kill_connection(db::session& by, std::uint64_t connection) {
    try {
        by.execute(fmt::format("KILL CONNECTION {}", connection));
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::no_such_thread) throw;
    }
}

bool end_lost_connection(db::session& by, const lost_connection& lost, std::stop_token stop) {
    const auto give_up = steady_clock::now() + patience;
    while (!restarted_since(by, lost.since)) {
        kill_connection(by, lost.id);
        if (!is_there(by, lost.id)) return true;
        if (steady_clock::now() >= give_up) return false;
        pause_for(look_again, stop);
    }
    return true;
}

}  // namespace segue::swap
