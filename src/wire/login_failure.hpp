#pragma once

#include "src/base/error.hpp"
#include "src/wire/connection_options.hpp"

#include <string>

namespace segue::wire {

/// A failure to connect, or to log in, for the operator: which server was asked for, as whom, what
/// it said, and the next step where there is one. Properties are the failure's. Threads: any.
error login_failure(const error& failure, const connection_options& asked);

/// A failure that login_failure() made, in the words of the server, or of the client library,
/// alone.
error bare_failure(const error& failure, const connection_options& asked);

/// Notes that the address was given by the flag `flag`, and not by --host: what login_failure()
/// tells the operator to look at is then that flag. Threads: any.
void given_by(const endpoint& server, std::string flag);

/// A failure of what is asked at the start, for the operator: the server's errors say which server
/// it was. Others, and those that name it already, stay as they are. Threads: any.
error first_statement_failure(const error& failure, const connection_options& asked);

/// Notes that the server has taken this login: where it denies it later, login_failure() says that
/// it was changed meanwhile. Threads: any.
void login_succeeded(const connection_options& with);

}  // namespace segue::wire
