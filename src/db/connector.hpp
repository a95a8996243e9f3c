#pragma once

// Private to src/db: everything of Connector/C++ that this folder includes.

#if __has_include(<mysql/jdbc.h>)
#include <mysql/jdbc.h>
#else
#include <mysql_connection.h>
#include <mysql_driver.h>

#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#endif

#include <cstdint>
#include <memory>
#include <utility>

#include "src/base/error.hpp"
#include "src/db/session.hpp"

namespace segue::db {

struct session::state {
    std::unique_ptr<sql::Connection> connection;
    std::uint64_t connection_id = 0;
};

/// The driver, made on first use. It is not safe to make two at once.
sql::Driver& connector_driver();

/// Connector/C++ wants a call at the start and the end of every thread that uses it; this makes
/// both, once for each thread.
void use_connector_in_this_thread();

[[noreturn]] void throw_translated(const sql::SQLException& failure, bool changes_something);

template <typename Action>
auto translated(bool changes_something, Action action) {
    try {
        return action();
    } catch (const sql::SQLException& failure) {
        throw_translated(failure, changes_something);
    }
}

}  // namespace segue::db
