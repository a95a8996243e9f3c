#include "src/carry/stream_start.hpp"

#include "src/base/pause.hpp"
#include "src/base/refusal.hpp"
#include "src/servers/binary_log_status.hpp"
#include "src/servers/log_place.hpp"

#include <chrono>
#include <optional>

#include <fmt/format.h>

namespace segue::carry {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds look_again{50};
constexpr milliseconds untold{2'000};
constexpr milliseconds look_again_once_told{500};

void wait_until_caught_up(db::session& replica, const servers::server_roles& roles,
                          changes::barrier& barrier,
                          const std::function<void(const std::string&)>& tell,
                          std::stop_token stop) {
    const std::uint64_t marker = barrier.pass(stop);
    const auto tell_at = steady_clock::now() + untold;
    for (bool told = false; !barrier.has_come(replica, marker);) {
        if (!told && steady_clock::now() >= tell_at) {
            tell(fmt::format("waiting for the replica {} to catch up", roles.stream_from()->host));
            told = true;
        }
        if (told) roles.throw_if_unfit(servers::server_roles::running::required);
        pause_for(told ? look_again_once_told : look_again, stop);
    }
}

}  // namespace

binlog::stream_position stream_start(db::retrying_session& primary,
                                     const servers::server_roles& roles, bool gtids,
                                     changes::barrier& barrier,
                                     const std::function<void(const std::string&)>& tell,
                                     std::stop_token stop) {
    binlog::stream_position from;
    if (!roles.stream_from()) {
        primary.run("ask for the position in the binary log", stop,
                    [&](db::session& on) { from = servers::read_end_of_log(on, gtids); });
        return from;
    }
    binlog::gtid_set executed;
    if (gtids)
        primary.run("ask for the transactions so far", stop,
                    [&](db::session& on) { executed = servers::read_executed_transactions(on); });
    db::session replica = roles.connect_replica();
    wait_until_caught_up(replica, roles, barrier, tell, stop);
    from = servers::read_end_of_log(replica, gtids);
    if (!gtids) return from;
    std::string lost;
    primary.run("ask for the transactions that it lost", stop,
                [&](db::session& on) { lost = servers::transactions_lost_by(on, replica); });
    if (!lost.empty())
        throw_refusals({{fmt::format("the replica {} has transactions of the primary's that the "
                                     "primary has lost, {}: it will issue their GTIDs again, and "
                                     "what it changes under them never comes to the replica",
                                     roles.stream_from()->host, lost),
                         "Make the replica anew, or let --host name the primary."}});
    if (const auto lacking = executed.without(std::get<binlog::gtid_set>(from)); !lacking.empty())
        throw_refusals({{fmt::format("the replica {} does not have the transactions {} of the "
                                     "primary, and does not get them",
                                     roles.stream_from()->host, lacking.text()),
                         "Set the replica up anew, or let --host name the primary."}});
    return from;
}

}  // namespace segue::carry
