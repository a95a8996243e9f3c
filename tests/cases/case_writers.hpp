#pragma once

#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace segue::test {

/// Two sessions that run the statements of a case over and over while Segue is at work, a limited
/// number of times a second, so that replicas follow and their logs stay small. In these
/// @n is a number that no other round of either has, and @w is 0 or 1. After an error whatever was
/// begun is rolled back, and the next round begins.
/// Threads: two of its own. Lifetime: `server` outlives it.
class case_writers {
  public:
    case_writers(const sandbox_server& server, const std::string& schema,
                 std::vector<std::string> session, std::vector<std::string> statements);
    ~case_writers();

    /// Waits until each has done `rounds` more of them.
    void wait_for_rounds(std::uint64_t rounds);
    /// Ends them between two rounds.
    void stop();
    /// Errors that no application should see, and statements that never worked; empty if all is
    /// well. After stop().
    std::string complaints() const;

  private:
    void write(unsigned writer, const std::string& schema, const std::stop_token& stop);
    void round(application_session& session, unsigned writer);

    const sandbox_server& server_;
    const std::vector<std::string> session_;
    const std::vector<std::string> statements_;
    std::vector<std::atomic<std::uint64_t>> worked_;  // one for each statement
    std::vector<std::atomic<std::uint64_t>> rounds_;  // one for each writer
    std::atomic<std::uint64_t> next_{1};
    mutable std::mutex mutex_;
    std::string complaints_;  // guarded by mutex_
    std::vector<std::jthread> threads_;
};

}  // namespace segue::test
