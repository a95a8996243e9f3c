#pragma once

#include "src/wire/connection_options.hpp"
#include "tests/support/patience.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace segue::test {

/// A semi-synchronous replica that acknowledges late. Each transaction then stands in the binary
/// log, and is sent to whoever reads the stream, for that time before anybody can SELECT what it
/// did. Transactions of one group commit become visible together.
/// The server must have been started with --plugin-load-add=semisync_source.so.
/// Lifecycle: the constructor switches semi-synchronous replication on (wait point AFTER_SYNC, no
/// timeout that a test could reach) and returns when this replica is counted in; the destructor
/// switches it off again, which lets go whoever waits. One at a time for each server.
/// Threads: it owns one; every function may be called from any thread.
/// Errors: segue::error. Where the stream breaks, check() tells.
class late_replica {
  public:
    late_replica(const wire::connection_options& server, std::chrono::milliseconds delay);
    late_replica(const late_replica&) = delete;
    late_replica& operator=(const late_replica&) = delete;
    ~late_replica();

    /// Counted from the time at which the server began to write the transaction to the log.
    void set_delay(std::chrono::milliseconds delay);

    /// Returns once an event that holds these bytes, in clear (binlog_transaction_compression
    /// hides them), has been received since the last call of watch_for().
    void wait_seen(std::chrono::milliseconds limit = patience);
    /// To be called before the bytes are written.
    void watch_for(std::string_view bytes);

    std::uint64_t acknowledged() const;

    /// Throws unless the stream still runs and the server says that it has waited for
    /// acknowledgements all the time: otherwise the test has proven nothing.
    void check() const;

  private:
    void switch_on(std::uint64_t clients_before);
    void run(const std::stop_token& stop);
    void on_event(std::span<const std::byte> event);
    std::string status(std::string_view name) const;
    std::uint64_t clients() const;
    std::uint64_t unacknowledged() const;

    const wire::connection_options server_;
    std::uint64_t unacknowledged_before_ = 0;        // fixed once constructed
    std::string file_;                               // of the stream's thread
    std::chrono::system_clock::time_point written_;  // of the stream's thread
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::chrono::milliseconds delay_;  // guarded by mutex_, as is all below
    std::string watched_;
    bool seen_ = false;
    std::uint64_t acknowledged_ = 0;
    std::string broken_;
    std::jthread thread_;
};

}  // namespace segue::test
