#pragma once

#include "src/wire/connection_options.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The only folder that knows MySQL Connector/C++.
namespace segue::db {

/// A value as the server prints it; nullopt is NULL.
using value = std::optional<std::string>;
using row = std::vector<value>;
/// A row whose values are found by their column's name.
using named_row = std::map<std::string, value, std::less<>>;

/// One logged-in connection with Segue's session settings (session_settings() below).
/// Lifecycle: made by session_factory, logged out by the destructor. It never reconnects by itself.
/// Threads: used by one thread at a time; a thread that made or used one needs nothing more.
/// Errors: every call throws segue::error with mysql_errno and sqlstate. connection_lost() says
/// that the session is of no more use; such an error of a statement that changes something also has
/// outcome_unknown(). A call blocks for the read timeout at most.
class session {
  public:
    session(session&&) noexcept;
    session& operator=(session&&) noexcept;
    ~session();

    /// Runs a statement whose result, if any, is not wanted. Returns the rows affected (as MySQL
    /// counts them: 2 for a row that ON DUPLICATE KEY UPDATE changed).
    std::uint64_t execute(std::string_view sql);

    /// Runs a SELECT or SHOW and fetches all of it; only for results known to be small.
    std::vector<row> query(std::string_view sql);

    /// Runs a SELECT or SHOW as query() does, with columns by name: for results whose columns are
    /// not the same in each version of the server.
    std::vector<named_row> query_named(std::string_view sql);

    /// The one row of a query. Throws when there is none, or more than one.
    row query_row(std::string_view sql);

    /// The one value of a query of one row and one column.
    value query_value(std::string_view sql);

    /// CONNECTION_ID() as read at login; what KILL takes.
    std::uint64_t connection_id() const noexcept;

  private:
    friend class session_factory;
    struct state;
    explicit session(std::unique_ptr<state> held);
    std::unique_ptr<state> state_;
};

/// A number the server printed. Throws segue::error naming `what` when it is NULL or no number.
std::uint64_t to_uint64(const value& printed, std::string_view what);

}  // namespace segue::db
