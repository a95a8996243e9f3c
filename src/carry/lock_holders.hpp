#pragma once

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/session.hpp"

#include <functional>
#include <string>

namespace segue::carry {

/// Tells in words who holds a lock that a statement on this session has waited for in vain. Throws
/// segue::error. Empty: nobody can tell.
using lock_holders = std::function<std::string(db::session&)>;

/// Runs `operation`; a lock wait that timed out (1205) in it is thrown with who holds the lock.
template <typename Operation>
void naming_holders(db::session& on, const lock_holders& holders, Operation operation) {
    try {
        operation();
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::lock_wait_timeout || !holders) throw;
        throw error(std::string(failure.what()) + ": " + holders(on), failure.properties());
    }
}

}  // namespace segue::carry
