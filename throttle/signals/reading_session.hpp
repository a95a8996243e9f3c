#pragma once

#include "src/db/session.hpp"
#include "src/db/session_factory.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace segue::throttle {

/// A session for a signal's short reads: opened when first needed, dropped by any failure, opened
/// again by the next read. Every wait of it, in the server too, is bounded by a second or less.
/// Threads: one.
class reading_session {
  public:
    enum class server_identity {
        fixed,  ///< Another server in the first one's place is an error.
        any     ///< Whichever server answers at the endpoint.
    };

    reading_session(const wire::connection_options& options, server_identity identity);

    const wire::connection_options& options() const noexcept { return options_; }

    /// Throws segue::error as db::session::query() and db::session_factory::connect() do.
    std::vector<db::row> query(std::string_view sql);

    /// What the operation, which gets the session, returns. Throws as query() does.
    template <typename Operation>
    auto with(Operation operation) {
        try {
            return operation(open());
        } catch (...) {
            session_.reset();
            throw;
        }
    }

    const wire::endpoint& server() const noexcept { return options_.server; }

  private:
    db::session& open();

    const wire::connection_options options_;
    const server_identity identity_;
    std::optional<db::session_factory> sessions_;
    std::optional<db::session> session_;
};

}  // namespace segue::throttle
