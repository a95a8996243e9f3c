#pragma once

#include "src/wire/connection.hpp"
#include "src/wire/connection_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace segue::test {

/// A value as the server prints it; nullopt is NULL.
using value = std::optional<std::string>;
using row = std::vector<value>;

/// The rows of one SELECT, as they come, however many there are.
/// Lifetime: its session outlives it, and does nothing else before the last row was taken.
/// Errors: as the session's; afterwards that is of no more use.
class row_cursor {
  public:
    std::optional<row> next();

  private:
    friend class application_session;
    row_cursor(wire::connection& from, std::chrono::milliseconds read_timeout,
               std::stop_token stop);
    std::span<const std::byte> packet();

    wire::connection* from_;
    std::chrono::milliseconds read_timeout_;
    std::stop_token stop_;
    std::uint64_t columns_ = 0;
    bool at_end_ = false;
};

/// A session as a plain application has it: the server's own settings, nothing set but the
/// character set, utf8mb4. It waits for each answer with a test's patience.
/// Threads, blocking and errors: as wire::connection; statements are ended by the stop_token, too.
class application_session {
  public:
    /// `schema` becomes the default one, if it is not empty.
    explicit application_session(const wire::connection_options& options,
                                 const std::string& schema = {}, std::stop_token stop = {});

    /// Returns the rows affected.
    std::uint64_t execute(std::string_view sql);
    std::vector<row> query(std::string_view sql);
    /// The first value of the first row. Throws when there is no row.
    value query_value(std::string_view sql);

    row_cursor read(std::string_view sql);
    /// Hands all rows of read() to `take`.
    void for_each_row(std::string_view sql, const std::function<void(const row&)>& take);

    std::uint64_t connection_id() const noexcept { return connection_.server().connection_id; }
    bool connected() const noexcept { return connection_.open(); }

  private:
    std::stop_token stop_;
    std::chrono::milliseconds read_timeout_;
    wire::connection connection_;
};

}  // namespace segue::test
