#include "src/wire/name_lookup.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <netdb.h>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

namespace segue::wire {
namespace {

constexpr std::chrono::milliseconds poll_interval{50};
constexpr int unknown_host = 2005;  // CR_UNKNOWN_HOST

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    return inet_pton(AF_INET, host.c_str(), parsed.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1;
}

// What the system's lookup reads and writes while it runs.
struct lookup {
    explicit lookup(std::string name) : host(std::move(name)) {
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        request.ar_name = host.c_str();
        request.ar_request = &hints;
    }
    ~lookup() {
        if (request.ar_result != nullptr) freeaddrinfo(request.ar_result);
    }
    lookup(const lookup&) = delete;
    lookup& operator=(const lookup&) = delete;

    std::string host;
    addrinfo hints{};
    gaicb request{};
};

std::string text_of(const addrinfo& found) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(found.ai_addr, found.ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0)
        return {};
    return text.data();
}

// A lookup that cannot be cancelled goes on in the background and still writes to its memory, which
// is therefore given up to it.
void abandon(std::unique_ptr<lookup> asked) {
    gai_cancel(&asked->request);
    if (gai_error(&asked->request) == EAI_INPROGRESS) static_cast<void>(asked.release());
}

}  // namespace

std::vector<std::string> addresses_of(const std::string& host,
                                      std::chrono::steady_clock::time_point deadline,
                                      std::stop_token stop) {
    if (is_address(host)) return {host};
    auto asked = std::make_unique<lookup>(host);
    std::array<gaicb*, 1> list{&asked->request};
    if (const int failed = getaddrinfo_a(GAI_NOWAIT, list.data(), 1, nullptr); failed != 0)
        throw error(fmt::format("cannot look up host {}: {}", host, gai_strerror(failed)),
                    {.mysql_errno = unknown_host, .retryable = true});
    while (gai_error(&asked->request) == EAI_INPROGRESS) {
        if (stop.stop_requested()) {
            abandon(std::move(asked));
            throw stopped();
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            abandon(std::move(asked));
            throw error(
                fmt::format("the lookup of host {} takes longer than the connect timeout", host),
                {.mysql_errno = unknown_host, .retryable = true});
        }
        const std::array<const gaicb*, 1> waited{&asked->request};
        const timespec wait{0, std::chrono::nanoseconds(poll_interval).count()};
        gai_suspend(waited.data(), 1, &wait);
    }
    if (const int failed = gai_error(&asked->request); failed != 0)
        throw error(fmt::format("cannot find host {}: {}", host, gai_strerror(failed)),
                    {.mysql_errno = unknown_host, .retryable = true});
    std::vector<std::string> addresses;
    for (const auto* found = asked->request.ar_result; found != nullptr; found = found->ai_next)
        if (auto text = text_of(*found);
            !text.empty() && std::find(addresses.begin(), addresses.end(), text) == addresses.end())
            addresses.push_back(std::move(text));
    if (addresses.empty())
        throw error(fmt::format("host {} has no address", host),
                    {.mysql_errno = unknown_host, .retryable = true});
    return addresses;
}

}  // namespace segue::wire
