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

#include "src/base/error.hpp"
#include "src/db/session.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace segue::db {

/// Connector/C++ wants a call at the start and the end of every thread that uses it; this makes
/// both, once for each thread.
void use_connector_in_this_thread();

/// The ids of a factory's sessions: those that are open, and all that ever were. Threads: any.
class live_sessions {
  public:
    void add(std::uint64_t connection_id) {
        std::lock_guard lock(mutex_);
        ids_.insert(connection_id);
        ever_.insert(connection_id);
    }
    void remove(std::uint64_t connection_id) {
        std::lock_guard lock(mutex_);
        ids_.erase(connection_id);
    }
    bool contains(std::uint64_t connection_id) const {
        std::lock_guard lock(mutex_);
        return ids_.contains(connection_id);
    }
    bool contained(std::uint64_t connection_id) const {
        std::lock_guard lock(mutex_);
        return ever_.contains(connection_id);
    }
    std::vector<std::uint64_t> all() const {
        std::lock_guard lock(mutex_);
        return {ids_.begin(), ids_.end()};
    }

  private:
    mutable std::mutex mutex_;
    std::set<std::uint64_t> ids_;   // guarded by mutex_
    std::set<std::uint64_t> ever_;  // guarded by mutex_
};

struct session::state {
    explicit state(std::shared_ptr<live_sessions> of) : live(std::move(of)) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() {
        live->remove(connection_id);
        // The connector may be called from a thread that did not make the session.
        use_connector_in_this_thread();
    }

    const std::shared_ptr<live_sessions> live;
    std::unique_ptr<sql::Connection> connection;
    std::uint64_t connection_id = 0;
};

/// The driver, made on first use. It is not safe to make two at once.
sql::Driver& connector_driver();

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
