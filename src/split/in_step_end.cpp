#include "src/split/in_step_end.hpp"

#include "binlog/stream.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/db/retry.hpp"
#include "src/keys/key_codec.hpp"
#include "src/servers/binary_log_status.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include <fmt/format.h>

namespace segue::split {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t batch_keys_max = 1'000;
constexpr std::size_t few_keys = 500;
constexpr std::chrono::seconds few_awaited{30};
constexpr milliseconds quiet_patience{2'000};

/// The flush workers do not wait for more keys to come while it lives.
struct hurried {
    explicit hurried(carry::flusher& held) : flusher(held) { flusher.hurry(true); }
    ~hurried() { flusher.hurry(false); }
    hurried(const hurried&) = delete;
    hurried& operator=(const hurried&) = delete;
    carry::flusher& flusher;
};

}  // namespace

std::string place_now(db::session& session, bool gtids) {
    const auto status = servers::read_binary_log_status(session);
    std::string place = fmt::format("{}:{}", status.file, status.offset);
    if (gtids)
        place +=
            fmt::format(" (gtid_executed {})", servers::read_executed_transactions(session).text());
    return place;
}

std::string in_step_end::reach() {
    const hurried hurry(of_.flushing);
    // Most of what waits is flushed by several workers before the rest is flushed here.
    for (const auto until = steady_clock::now() + few_awaited;
         of_.changes.backlog() > few_keys && steady_clock::now() < until;)
        look_after_();
    std::string place;
    db::retrying_session session(sessions_, of_.with.failures_max, db::lock_conflicts::outlasted);
    while (place.empty()) {
        look_after_();
        session.run("carry over what is left", of_.stop_token(),
                    [&](db::session& on) { place = try_to_reach(on); });
    }
    return place;
}

// What the stream brings while it is tried is of a later place.
std::string in_step_end::try_to_reach(db::session& session) {
    quiet_.reset();
    const auto stop = of_.stop_token();
    const auto marker = of_.barrier.pass_until(steady_clock::now() + quiet_patience, stop);
    if (!marker || !of_.router.wait_for_marker(*marker, steady_clock::now() + quiet_patience, stop))
        return "";
    auto quiet = of_.changes.wait_for_quiet(steady_clock::now() + quiet_patience, stop);
    if (!quiet) return "";
    quiet_.emplace(std::move(*quiet));
    std::string place = binlog::text_of(of_.router.position());
    // Whoever has written the target before that place; look_after_ throws it.
    if (!of_.feed.change_of_ours().empty()) return "";
    const auto taken = of_.changes.take_all();
    if (!taken) {
        quiet_.reset();
        return "";
    }
    try {
        of_.barrier.pass(stop);
        const std::size_t at_once = std::min(of_.texts.keys_max(), batch_keys_max);
        for (std::span<const keys::key_value> rest(*taken); !rest.empty();) {
            const auto some = rest.first(std::min(at_once, rest.size()));
            of_.writer.carry_over(session, some);
            rest = rest.subspan(some.size());
        }
        session.execute("START TRANSACTION");
        of_.checkpoint.check_owner(session);
        of_.checkpoint.record_ended(session, place);
        fault::point("split.before_end_is_committed");
        session.execute("COMMIT");
    } catch (const error& failure) {
        of_.changes.put_back(*taken);
        quiet_.reset();
        if (!rows::is_duplicate(failure)) throw;
        // Whoever flushes it makes room for it first.
        log::info("the rest is carried over by the flush workers: {}", failure.what());
        session.execute("ROLLBACK");
        return "";
    } catch (...) {
        of_.changes.put_back(*taken);
        throw;
    }
    of_.changes.flushed(*taken);
    return place;
}

}  // namespace segue::split
