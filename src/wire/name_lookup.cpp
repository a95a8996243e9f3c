#include "src/wire/name_lookup.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <pthread.h>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

namespace segue::wire {
namespace {

error failed_lookup(const std::string& message) {
    return error(message, {.mysql_errno = cr::unknown_host, .retryable = true});
}

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    return inet_pton(AF_INET, host.c_str(), parsed.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1;
}

/// Shared by the thread that asks and the one that waits.
struct lookup {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool done = false;                   // guarded by mutex
    int failure = 0;                     // guarded by mutex; of getaddrinfo
    std::vector<std::string> addresses;  // guarded by mutex
};

void ask(lookup& answer, const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    const std::lock_guard lock(answer.mutex);
    answer.failure = failure;
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) == 0 &&
            std::find(answer.addresses.begin(), answer.addresses.end(), text.data()) ==
                answer.addresses.end())
            answer.addresses.emplace_back(text.data());
    }
    if (found != nullptr) freeaddrinfo(found);
    answer.done = true;
    answer.changed.notify_all();
}

}  // namespace

std::vector<std::string> addresses_of(const std::string& host,
                                      std::chrono::steady_clock::time_point deadline,
                                      std::stop_token stop) {
    if (is_address(host)) return {host};
    if (stop.stop_requested()) throw stopped();
    const auto answer = std::make_shared<lookup>();
    std::thread asker;
    try {
        asker = std::thread([answer, host] {
            pthread_setname_np(pthread_self(), "lookup");
            ask(*answer, host);
        });
    } catch (const std::system_error& failed) {
        throw failed_lookup(fmt::format("cannot look up host {}: {}", host, failed.what()));
    }
    std::unique_lock lock(answer->mutex);
    answer->changed.wait_until(lock, stop, deadline, [&] { return answer->done; });
    if (!answer->done) {
        // Nothing interrupts the system's lookup. What it still writes to, it owns itself.
        asker.detach();
        if (stop.stop_requested()) throw stopped();
        throw failed_lookup(
            fmt::format("the lookup of host {} takes longer than the connect timeout", host));
    }
    lock.unlock();
    asker.join();
    if (answer->failure != 0)
        throw failed_lookup(
            fmt::format("cannot find host {}: {}", host, gai_strerror(answer->failure)));
    if (answer->addresses.empty()) throw failed_lookup(fmt::format("host {} has no address", host));
    return answer->addresses;
}

}  // namespace segue::wire
