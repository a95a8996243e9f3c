#pragma once

#include "src/base/error.hpp"

#include <string>
#include <string_view>

/// What the numbers of the server's and the client library's errors mean for whoever met them. The
/// one list of what passes by itself.
/// https://dev.mysql.com/doc/mysql-errors/9.4/en/server-error-reference.html
/// https://dev.mysql.com/doc/mysql-errors/9.4/en/client-error-reference.html
/// https://dev.mysql.com/doc/mysql-errors/9.4/en/global-error-reference.html
namespace segue::wire {

enum class failure_kind {
    session_lost,  ///< The session is gone; a new one is to be had when the server is there.
    passing,       ///< A condition of the server, or of a name server, that passes by itself.
    conflict,      ///< A lock that somebody else holds: a deadlock, or a lock wait that timed out.
    final,         ///< The statement, its rows or the account's rights: again would be in vain.
    unknown        ///< Anything else: it may pass, or not.
};

/// Which kind of failure an error of the server's or the library's is. `message`, as they word it,
/// decides where the number says less.
failure_kind kind_of(int number, std::string_view sqlstate, std::string_view message) noexcept;

/// The properties of an error of the server's or the library's: retryable unless it is final.
error_properties properties_of(int number, std::string sqlstate, std::string_view message);

/// Whether what failed may be tried again because the session is gone, or because of a condition of
/// the server that passes by itself. Such a failure is waited for (server_patience); a count of
/// tries says nothing about it.
bool passes_by_itself(const error& failure) noexcept;

}  // namespace segue::wire
