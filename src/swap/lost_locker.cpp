#include "src/swap/lost_locker.hpp"

#include "src/base/pause.hpp"

#include <algorithm>
#include <chrono>
#include <string>

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
