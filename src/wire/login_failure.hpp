#pragma once

#include "src/base/error.hpp"
#include "src/wire/connection_options.hpp"

namespace segue::wire {

/// A failure to connect, or to log in, for the operator: which server was asked for, as whom, what
/// it said, and the next step where there is one. Properties are the failure's. Threads: any.
error login_failure(const error& failure, const connection_options& asked);

/// A failure of what is asked at the start: the same of the server's errors. Others, and those that
/// name the server, stay as they are. Threads: any.
error first_statement_failure(const error& failure, const connection_options& asked);

/// The server has taken this login: one that it denies from now on was changed since. Threads: any.
void login_succeeded(const connection_options& with);

}  // namespace segue::wire
