#include "tests/support/fault_proxy.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace segue::test {
namespace {

constexpr std::size_t pending_bytes_max = std::size_t{4} << 20;
constexpr std::size_t header_bytes = 4;
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html
constexpr std::size_t tls_request_bytes = 32;
constexpr unsigned char query_command = 0x03;

[[noreturn]] void fail(const std::string& what) {
    throw error(what + ": " + std::strerror(errno));
}

int make_socket() {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) fail("making a socket");
    return made;
}

void prepare(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
}

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
        throw error("the proxy wants a server's address in numbers, not " + host);
    return address;
}

const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

// False when the other side has closed, or the connection is broken.
bool receive(int socket, std::string& into) {
    std::array<char, 65536> buffer{};
    const auto got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    into.append(buffer.data(), static_cast<std::size_t>(got));
    return got > 0;
}

/// How many bytes may pass over all connections before one is severed; unset: any number.
using byte_limit = std::optional<std::uint64_t>;

// False also when the last byte that may pass has.
bool send_some(int socket, std::string& from, byte_limit& limit) {
    if (from.empty()) return true;
    const auto may_pass = limit ? std::min<std::uint64_t>(*limit, from.size()) : from.size();
    const auto sent = ::send(socket, from.data(), may_pass, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    from.erase(0, static_cast<std::size_t>(sent));
    if (!limit) return true;
    *limit -= static_cast<std::uint64_t>(sent);
    if (*limit > 0) return true;
    limit.reset();
    return false;
}

}  // namespace

/// A client's connection and the one to the server. Used by the proxy's thread only.
class fault_proxy::connection {
  public:
    connection(int client, int server) : client_(client), server_(server) {
        prepare(client_);
        prepare(server_);
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() {
        ::close(client_);
        ::close(server_);
    }

    bool over() const noexcept { return over_; }
    void thaw() noexcept {
        if (!client_lost_) frozen_ = answer_held_ = false;
    }

    void meet(network_fault what) noexcept {
        switch (what) {
            case network_fault::lose_answer:
                answer_lost_ = true;
                break;
            case network_fault::close_before:
                over_ = true;
                break;
            case network_fault::freeze:
                frozen_ = true;
                break;
            case network_fault::hold_answer:
                answer_held_ = true;
                break;
            case network_fault::lose_client:
                client_lost_ = true;
                break;
        }
    }

    /// What to wait for at the client's socket and at the server's.
    std::array<pollfd, 2> wanted(bool all_frozen) const {
        std::array<pollfd, 2> sockets{{{client_, 0, 0}, {server_, 0, 0}}};
        const auto add = [](pollfd& to, int event) {
            to.events = static_cast<short>(to.events | event);
        };
        if (frozen_ || all_frozen) {
            sockets[0].fd = sockets[1].fd = -1;
            return sockets;
        }
        if (to_server_.size() < pending_bytes_max) add(sockets[0], POLLIN);
        if (!to_server_.empty()) add(sockets[1], POLLOUT);
        if (!answer_held_) {
            if (to_client_.size() < pending_bytes_max) add(sockets[1], POLLIN);
            if (!to_client_.empty()) add(sockets[0], POLLOUT);
        }
        // A closed peer shows up even where nothing is asked for, again and again.
        for (auto& socket : sockets)
            if (socket.events == 0) socket.fd = -1;
        return sockets;
    }

    /// `on_query` is called for each query, before it is passed on.
    template <typename OnQuery>
    void work(const std::array<pollfd, 2>& ready, byte_limit& limit, OnQuery on_query) {
        bool open = true;
        if (ready[0].fd >= 0 && (ready[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            open = receive(client_, from_client_);
            inspect(on_query);
        }
        if (frozen_ || over_) return;
        if (!send_some(server_, to_server_, limit)) over_ = true;
        if (client_lost_ && to_server_.empty()) {
            ::shutdown(client_, SHUT_RDWR);
            frozen_ = true;
            return;
        }
        if (ready[1].fd >= 0 && (ready[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
            !answer_held_) {
            const bool server_open = receive(server_, to_client_);
            if (answer_lost_ && to_server_.empty()) over_ = true;
            if (over_) return;
            open = open && server_open;
        }
        if (!over_ && !answer_held_ && !send_some(client_, to_client_, limit)) over_ = true;
        if (!open) over_ = true;
    }

  private:
    // Passes on what is complete.
    template <typename OnQuery>
    void inspect(OnQuery on_query) {
        while (!frozen_ && !over_) {
            if (opaque_) {
                to_server_ += std::exchange(from_client_, {});
                return;
            }
            if (from_client_.size() < header_bytes) return;
            const auto byte = [&](std::size_t i) {
                return static_cast<unsigned char>(from_client_[i]);
            };
            const std::size_t length =
                byte(0) | std::size_t{byte(1)} << 8U | std::size_t{byte(2)} << 16U;
            if (from_client_.size() < header_bytes + length) return;
            const std::string packet = from_client_.substr(0, header_bytes + length);
            from_client_.erase(0, packet.size());
            const auto sequence = static_cast<unsigned char>(packet[3]);
            if (sequence == 1 && length == tls_request_bytes) opaque_ = true;
            if (sequence == 0 && length > 0 &&
                static_cast<unsigned char>(packet[header_bytes]) == query_command)
                on_query(std::string_view(packet).substr(header_bytes + 1));
            if (!over_) to_server_ += packet;
        }
    }

    const int client_;
    const int server_;
    std::string from_client_;  // not yet a whole packet
    std::string to_server_;
    std::string to_client_;
    bool opaque_ = false;  // TLS
    bool frozen_ = false;
    bool answer_held_ = false;
    bool answer_lost_ = false;
    bool client_lost_ = false;
    bool over_ = false;
};

fault_proxy::fault_proxy(const wire::endpoint& server) : server_(server) {
    listener_ = make_socket();
    sockaddr_in address = address_of("127.0.0.1", 0);
    socklen_t size = sizeof address;
    if (::bind(listener_, generic(address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        fail("listening on loopback");
    port_ = ntohs(address.sin_port);
    wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::jthread([this] {
        ::pthread_setname_np(::pthread_self(), "fault-proxy");
        run();
    });
}

fault_proxy::~fault_proxy() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake();
    thread_.join();
    ::close(listener_);
    ::close(wake_fd_);
}

wire::connection_options fault_proxy::through(wire::connection_options options) const {
    options.server = {.host = "127.0.0.1", .port = port_, .socket = {}};
    return options;
}

void fault_proxy::send_to(const wire::endpoint& server) {
    std::lock_guard lock(mutex_);
    server_ = server;
}

void fault_proxy::when(std::string text, network_fault what, bool once) {
    std::lock_guard lock(mutex_);
    rules_.push_back({.text = std::move(text), .what = what, .once = once});
}

void fault_proxy::forget_rules() {
    std::unique_lock lock(mutex_);
    rules_.clear();
    severing_.reset();
    severing_changed_ = true;
    wake();
    changed_.wait(lock, [&] { return !severing_changed_; });
}

std::uint64_t fault_proxy::hits() const {
    std::lock_guard lock(mutex_);
    return hits_;
}

void fault_proxy::wait_hits(std::uint64_t count, std::chrono::milliseconds limit) const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [&] { return hits_ >= count; }))
        throw error("no query that a fault was meant for came through the proxy within " +
                    std::to_string(limit.count()) + " ms");
}

void fault_proxy::freeze() {
    std::unique_lock lock(mutex_);
    frozen_ = true;
    freezing_ = true;
    wake();
    changed_.wait(lock, [&] { return !freezing_; });
}

void fault_proxy::thaw() {
    std::unique_lock lock(mutex_);
    frozen_ = false;
    thawing_ = true;
    lock.unlock();
    wake();
}

void fault_proxy::close_all() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    wake();
    changed_.wait(lock, [&] { return !closing_; });
}

void fault_proxy::sever_after(std::uint64_t bytes) {
    std::unique_lock lock(mutex_);
    severing_ = std::max<std::uint64_t>(bytes, 1);
    severing_changed_ = true;
    wake();
    changed_.wait(lock, [&] { return !severing_changed_; });
}

std::uint64_t fault_proxy::queries() const {
    std::lock_guard lock(mutex_);
    return queries_;
}

std::size_t fault_proxy::connections() const {
    std::lock_guard lock(mutex_);
    return connection_count_;
}

void fault_proxy::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
}

void fault_proxy::accept_one() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int server = make_socket();
    const auto address = [this] {
        std::lock_guard lock(mutex_);
        return address_of(server_.host, server_.port);
    }();
    if (::connect(server, generic(address), sizeof address) != 0) {
        // As a server that is not there.
        ::close(server);
        ::close(client);
        return;
    }
    connections_.push_back(std::make_unique<connection>(client, server));
}

void fault_proxy::on_query(connection& on, std::string_view text) {
    std::lock_guard lock(mutex_);
    ++queries_;
    const auto met = std::find_if(rules_.begin(), rules_.end(), [&](const rule& each) {
        return text.find(each.text) != std::string_view::npos;
    });
    if (met == rules_.end()) return;
    on.meet(met->what);
    if (met->once) rules_.erase(met);
    ++hits_;
    changed_.notify_all();
}

void fault_proxy::run() {
    for (;;) {
        bool frozen = false;
        {
            std::lock_guard lock(mutex_);
            if (ending_) break;
            if (std::exchange(thawing_, false))
                for (auto& each : connections_) each->thaw();
            if (std::exchange(closing_, false)) connections_.clear();
            if (std::exchange(severing_changed_, false)) bytes_left_ = severing_;
            std::erase_if(connections_, [](const auto& each) { return each->over(); });
            connection_count_ = connections_.size();
            frozen = frozen_;
            freezing_ = false;
            changed_.notify_all();
        }
        std::vector<pollfd> watched{{listener_, POLLIN, 0}, {wake_fd_, POLLIN, 0}};
        for (const auto& each : connections_) {
            const auto wanted = each->wanted(frozen);
            watched.insert(watched.end(), wanted.begin(), wanted.end());
        }
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;
        const auto known = connections_.size();
        if (watched[1].revents != 0) {
            std::uint64_t times = 0;
            [[maybe_unused]] const auto read = ::read(wake_fd_, &times, sizeof times);
        }
        for (std::size_t i = 0; i < known; ++i) {
            const std::array<pollfd, 2> ready{watched[2 + 2 * i], watched[3 + 2 * i]};
            if (ready[0].revents == 0 && ready[1].revents == 0) continue;
            connections_[i]->work(ready, bytes_left_,
                                  [&](std::string_view text) { on_query(*connections_[i], text); });
        }
        if (watched[0].revents != 0) accept_one();
    }
    connections_.clear();
}

}  // namespace segue::test
