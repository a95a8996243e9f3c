#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace segue {

/// What the catcher of an error can branch on. All default to "no" or "none".
struct error_properties {
    /// The server's or the client library's, src/base/server_errors.hpp; 0 if it is neither's.
    int mysql_errno = 0;
    std::string sqlstate = {};     ///< Five characters, or empty.
    bool retryable = false;        ///< The same operation may succeed when tried again.
    bool connection_lost = false;  ///< The session is gone; anything it had not committed is not.
    bool outcome_unknown =
        false;                ///< The statement may or may not have taken effect: ask the server.
    bool spoils_run = false;  ///< No later run can go on with what this one has done.
};

/// What Segue throws of what goes wrong outside of it: input, servers, network, files. what() is a
/// sentence for the operator; context that callers add with in() stands before it, outermost first.
class error : public std::runtime_error {
  public:
    explicit error(const std::string& message, error_properties properties = {});

    int mysql_errno() const noexcept { return properties_.mysql_errno; }
    /// True if the server sent this error: it has a number, and none of the client library's own.
    /// https://dev.mysql.com/doc/refman/8.4/en/error-message-elements.html
    bool from_server() const noexcept;
    const std::string& sqlstate() const noexcept { return properties_.sqlstate; }
    bool retryable() const noexcept { return properties_.retryable; }
    bool connection_lost() const noexcept { return properties_.connection_lost; }
    bool outcome_unknown() const noexcept { return properties_.outcome_unknown; }
    bool spoils_run() const noexcept { return properties_.spoils_run; }
    const error_properties& properties() const noexcept { return properties_; }

    /// The same error with "context: " before its message.
    error in(std::string_view context) const;

  private:
    error_properties properties_;
};

/// Thrown by waits that were ended because their stop_token was asked to stop. Not a failure.
class stopped : public std::exception {
  public:
    const char* what() const noexcept override { return "stopped"; }
};

/// A fault of Segue's own. No error: nothing that handles errors may take it in, retry it or tell
/// it as a reading that failed. A task group ends all of its threads on it, and main the process.
class broken_invariant final : public std::logic_error {
  public:
    explicit broken_invariant(std::string_view invariant);
};

/// A check of an invariant of our own that stays on in release builds: stopping beats corrupting.
/// Throws broken_invariant when `holds` is false.
void require(bool holds, std::string_view invariant);

}  // namespace segue
