#include "throttle/signals/replica_lag_signal.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/db/table_failure.hpp"
#include "src/wire/login_failure.hpp"
#include "throttle/heartbeat_value.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;

constexpr auto future_max = 1s;
constexpr std::chrono::milliseconds period_min = 100ms;

double in_seconds(std::chrono::system_clock::duration lag) {
    return std::chrono::duration<double>(lag).count();
}

}  // namespace

std::optional<std::string> lag_reason(std::string_view replica, const db::value& heartbeat,
                                      std::chrono::system_clock::time_point now,
                                      std::chrono::milliseconds lag_max) {
    if (!heartbeat) throw error("the heartbeat is NULL");
    const auto written = parse_heartbeat(*heartbeat);
    if (!written) throw error("the heartbeat is not a time as Segue writes it");
    const auto lag = now - *written;
    if (lag < -future_max)
        throw error(fmt::format("the heartbeat is {:f}s ahead: this machine's clock was set back",
                                in_seconds(-lag)));
    if (lag <= lag_max) return std::nullopt;
    if (replica.empty()) return fmt::format("lag={:f}s", in_seconds(lag));
    return fmt::format("{} replica-lag={:f}s", replica, in_seconds(lag));
}

replica_lag_signal::replica_lag_signal(const wire::connection_options& replica,
                                       const live_pace& pace, settings with)
    : pace_(pace),
      settings_(std::move(with)),
      name_(replica.server.text()),
      sql_(
          fmt::format("SELECT value FROM {} WHERE hint='heartbeat'", settings_.changelog.quoted())),
      session_(replica, reading_session::server_identity::any) {}

std::chrono::milliseconds replica_lag_signal::period() const noexcept {
    return std::max(settings_.heartbeat_interval, period_min);
}

std::optional<std::string> replica_lag_signal::evaluate() {
    try {
        auto reason = read();
        tell_again_readable();
        return reason;
    } catch (const error& failure) {
        tell_failure(failure);
        // In the status line each second: what to do was told once.
        throw wire::bare_failure(failure, session_.options());
    }
}

void replica_lag_signal::tell_failure(const error& failure) {
    const bool missing = db::is_missing_table_or_schema(failure);
    const auto now = std::chrono::steady_clock::now();
    if (missing && !missing_since_) missing_since_ = now;
    if (!missing) missing_since_.reset();
    if (!told_.empty()) return;
    if (missing && now - *missing_since_ <= pace_.snapshot().lag_max) return;
    told_ = failure.what();
    const std::string helps = what_helps(failure);
    log::write(
        log::level::warning,
        fmt::format(
            "the replica {} cannot be read, and copying, or verifying, waits until it can: {}{}{}",
            name_, told_, helps.empty() ? "" : ". ", helps));
}

std::string replica_lag_signal::what_helps(const error& failure) {
    if (!settings_.what_helps || !db::is_about_a_table(failure)) return "";
    try {
        return session_.with(
            [&](db::session& session) { return settings_.what_helps(session, failure); });
    } catch (const error&) {
        return "";  // Then what was met is all there is to tell.
    }
}

void replica_lag_signal::tell_again_readable() {
    missing_since_.reset();
    if (told_.empty()) return;
    told_.clear();
    log::write(log::level::warning, fmt::format("the replica {} can be read again", name_));
}

std::optional<std::string> replica_lag_signal::read() {
    const auto rows = session_.query(sql_);
    const auto now = std::chrono::system_clock::now();
    if (rows.size() != 1 || rows.front().size() != 1)
        throw error(fmt::format("there is no heartbeat in {}", settings_.changelog.quoted()));
    const bool own = settings_.rank == signal_rank::own_lag;
    return lag_reason(own ? std::string_view() : name_, rows.front().front(), now,
                      pace_.snapshot().lag_max);
}

}  // namespace segue::throttle
