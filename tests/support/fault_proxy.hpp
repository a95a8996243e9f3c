#pragma once

#include "src/wire/connection_options.hpp"
#include "tests/support/patience.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace segue::test {

/// What happens to a connection whose client sends a certain query.
enum class network_fault {
    lose_answer,   ///< The server gets it and answers; both sides are closed, the answer is lost.
    close_before,  ///< Both sides are closed, the server never gets it.
    freeze,        ///< Nothing passes any more, the query included; the sockets stay open.
    hold_answer,   ///< The server gets it, but nothing comes back; the sockets stay open.
    lose_client    ///< The client's side is closed; the server gets it, and hears no more.
};

/// A TCP proxy on loopback before a server, which breaks connections on demand. It understands
/// clients that do not use TLS or compression; others it just passes on.
/// Lifecycle: listens once constructed; the destructor closes all connections.
/// Threads: it owns one; every function may be called from any thread.
class fault_proxy {
  public:
    explicit fault_proxy(const wire::endpoint& server);
    fault_proxy(const fault_proxy&) = delete;
    fault_proxy& operator=(const fault_proxy&) = delete;
    ~fault_proxy();

    std::uint16_t port() const noexcept { return port_; }
    /// The same options, but through this proxy.
    wire::connection_options through(wire::connection_options options) const;

    /// New connections go to another server from now on.
    void send_to(const wire::endpoint& server);

    /// From now on a query (COM_QUERY) that holds `text` meets the fault; the rule that was made
    /// first wins. `once`: only the first one does.
    void when(std::string text, network_fault what, bool once = true);
    /// Nor is a connection severed.
    void forget_rules();

    /// How many queries have met a fault.
    std::uint64_t hits() const;
    /// Waits until there were `count` of them. Throws segue::error when the limit has passed.
    void wait_hits(std::uint64_t count, std::chrono::milliseconds limit = patience) const;

    /// As if the network were cut: nothing passes, on no connection, until thaw(). New connections
    /// are taken, but get no answer.
    void freeze();
    /// Lets all pass that freeze(), or a fault, has held.
    void thaw();
    /// Closes every connection.
    void close_all();
    /// When so many bytes more have passed, both ways and over all connections, the one over which
    /// the last of them passed is closed on both sides: in the middle of a packet, as a rule.
    void sever_after(std::uint64_t bytes);

    std::size_t connections() const;
    /// How many queries (COM_QUERY) have come so far.
    std::uint64_t queries() const;

  private:
    struct rule {
        std::string text;
        network_fault what;
        bool once;
    };
    class connection;

    void run();
    void accept_one();
    void wake() const;
    void on_query(connection& on, std::string_view text);

    int listener_ = -1;
    int wake_fd_ = -1;
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<connection>> connections_;  // of the proxy's thread
    std::optional<std::uint64_t> bytes_left_;               // of the proxy's thread
    mutable std::mutex mutex_;
    wire::endpoint server_;  // guarded by mutex_
    mutable std::condition_variable changed_;
    std::vector<rule> rules_;  // guarded by mutex_, as is all below
    std::uint64_t hits_ = 0;
    std::uint64_t queries_ = 0;
    std::optional<std::uint64_t> severing_;  ///< What sever_after() was given.
    bool severing_changed_ = false;          ///< And the thread has not seen it yet.
    std::size_t connection_count_ = 0;
    bool frozen_ = false;
    bool thawing_ = false;
    bool closing_ = false;
    bool freezing_ = false;  ///< frozen_ was set and the thread has not seen it yet.
    bool ending_ = false;
    std::jthread thread_;
};

}  // namespace segue::test
