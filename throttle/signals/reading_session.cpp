#include "throttle/signals/reading_session.hpp"

#include <algorithm>
#include <chrono>

namespace segue::throttle {
namespace {

// The connector counts whole seconds, so this is the least there is.
constexpr std::chrono::milliseconds wait_max{1000};

wire::connection_options bounded(wire::connection_options options) {
    options.connect_timeout = std::min(options.connect_timeout, wait_max);
    options.read_timeout = std::min(options.read_timeout, wait_max);
    return options;
}

}  // namespace

reading_session::reading_session(const wire::connection_options& options, server_identity identity)
    : options_(bounded(options)), identity_(identity) {}

db::session& reading_session::open() {
    if (!session_) {
        if (!sessions_ || identity_ == server_identity::any) sessions_.emplace(options_);
        session_ = sessions_->connect(db::session_role::control);
        // A statement that we gave up on must not go on for long in the server.
        session_->execute("SET SESSION lock_wait_timeout=1, max_execution_time=1000");
    }
    return *session_;
}

std::vector<db::row> reading_session::query(std::string_view sql) {
    return with([&](db::session& session) { return session.query(sql); });
}

}  // namespace segue::throttle
