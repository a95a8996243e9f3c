#include "src/metrics/statsd_socket.hpp"

#include "src/base/error.hpp"
#include "src/wire/name_lookup.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace segue::metrics {
namespace {

constexpr std::chrono::seconds lookup_max{5};

// A datagram's socket is "connected" without a packet being sent. -1: it cannot be had.
int connected(int family, const sockaddr* to, socklen_t bytes) {
    const int made = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return -1;
    if (::connect(made, to, bytes) == 0) return made;
    const int why = errno;
    ::close(made);
    errno = why;
    return -1;
}

int connected_to_path(const std::string& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof(to.sun_path) - 1);
    return connected(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

int connected_to_address(const std::string& address, std::uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1)
        return connected(AF_INET, reinterpret_cast<const sockaddr*>(&v4), sizeof(v4));
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    errno = EAFNOSUPPORT;
    if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) return -1;
    return connected(AF_INET6, reinterpret_cast<const sockaddr*>(&v6), sizeof(v6));
}

}  // namespace

statsd_socket::~statsd_socket() {
    if (is_open()) ::close(descriptor_);
}

void statsd_socket::open(const statsd_address& at, std::stop_token stop) {
    int made = -1;
    if (!at.unix_path.empty()) {
        made = connected_to_path(at.unix_path);
    } else {
        for (const std::string& address :
             wire::addresses_of(at.host, std::chrono::steady_clock::now() + lookup_max, stop))
            if (made = connected_to_address(address, at.port); made >= 0) break;
    }
    if (made < 0) throw error(std::generic_category().message(errno));
    if (is_open()) ::close(descriptor_);
    descriptor_ = made;
}

void statsd_socket::add(std::string_view line) {
    if (!kept_.empty() && kept_.size() + 1 + line.size() > bytes_max) flush();
    if (!kept_.empty()) kept_ += '\n';
    kept_ += line;
}

void statsd_socket::flush() noexcept {
    // A server that is gone answers ECONNREFUSED to the next one, a full queue EAGAIN.
    if (is_open() && !kept_.empty())
        static_cast<void>(::send(descriptor_, kept_.data(), kept_.size(), MSG_NOSIGNAL));
    kept_.clear();
}

}  // namespace segue::metrics
