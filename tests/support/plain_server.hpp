#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <poll.h>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

namespace segue::test {

/// Listens in place of a MySQL server, offers no TLS, and asks for the password in one way or
/// another. It keeps all that it is sent. It is no server: it denies every login.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
/// Threads: one of its own; the functions may be called from any.
class plain_server {
  public:
    enum class trick {
        clear_text,    ///< mysql_clear_password
        dialog,        ///< dialog, a plugin of libmariadb's
        old_password,  ///< the weak scramble from before MySQL 4.1
        full,          ///< caching_sha2_password, whose cache has no entry for the user
        sha256         ///< sha256_password
    };
    static constexpr std::array tricks{trick::clear_text, trick::dialog, trick::old_password,
                                       trick::full, trick::sha256};

    /// `first_to`: a server on this port of 127.0.0.1 that has the first connection, byte by byte.
    explicit plain_server(trick how, std::optional<std::uint16_t> first_to = std::nullopt)
        : how_(how), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(0);
        socklen_t length = sizeof(address);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
        ::listen(listener_, 16);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this, first_to](std::stop_token stop) { serve(first_to, stop); });
    }
    ~plain_server() {
        thread_.request_stop();
        thread_.join();
        ::close(listener_);
    }

    std::uint16_t port() const noexcept { return port_; }
    /// Connections that it spoke with itself.
    unsigned connections() const {
        const std::lock_guard lock(mutex_);
        return connections_;
    }
    /// All bytes of these.
    std::string received() const {
        const std::lock_guard lock(mutex_);
        return received_;
    }
    /// What was answered when it asked for the password, each without its packet's header.
    std::vector<std::string> answers() const {
        const std::lock_guard lock(mutex_);
        return answers_;
    }

  private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return address;
    }

    static bool readable(int from, const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd ready{from, POLLIN, 0};
            if (::poll(&ready, 1, 20) > 0) return true;
        }
        return false;
    }

    void serve(std::optional<std::uint16_t> first_to, const std::stop_token& stop) {
        while (readable(listener_, stop)) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) continue;
            if (first_to)
                relay(client, *first_to, stop);
            else
                ask(client, stop);
            first_to.reset();
            ::close(client);
        }
    }

    static void relay(int client, std::uint16_t port, const std::stop_token& stop) {
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = loopback(port);
        ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
        std::array<char, 16384> block{};
        for (bool open = true; open && !stop.stop_requested();) {
            std::array<pollfd, 2> ready{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
            if (::poll(ready.data(), ready.size(), 20) <= 0) continue;
            for (const auto& side : ready) {
                if (side.revents == 0) continue;
                const auto count = ::read(side.fd, block.data(), block.size());
                open = count > 0 && ::write(side.fd == client ? server : client, block.data(),
                                            static_cast<std::size_t>(count)) == count;
                if (!open) break;
            }
        }
        ::close(server);
    }

    void ask(int client, const std::stop_token& stop) {
        {
            const std::lock_guard lock(mutex_);
            ++connections_;
        }
        send(client, 0, greeting());
        if (!packet(client, stop)) return;
        send(client, 2, question());
        if (const auto answer = packet(client, stop)) {
            const std::lock_guard lock(mutex_);
            answers_.push_back(*answer);
        }
        send(client, 4, std::string("\xFF\x15\x04#28000Access denied", 22));
    }

    static std::string greeting() {
        // Protocol 4.1 with plugins, and no TLS.
        constexpr std::uint32_t capabilities = 0x0038A20D;
        const auto two = [](std::uint32_t number) {
            return std::string{static_cast<char>(number & 0xFFU),
                               static_cast<char>((number >> 8U) & 0xFFU)};
        };
        return std::string("\x0A") + "9.7.4" + '\0' + std::string("\x07\0\0\0", 4) + "abcdefgh" +
               '\0' + two(capabilities) + '\xFF' + std::string("\x02\0", 2) +
               two(capabilities >> 16U) + '\x15' + std::string(10, '\0') + "ijklmnopqrst" + '\0' +
               "caching_sha2_password" + '\0';
    }

    std::string question() const {
        const std::string nonce = std::string("abcdefghijklmnopqrst") + '\0';
        switch (how_) {
            case trick::clear_text:
                return std::string("\xFE") + "mysql_clear_password" + '\0';
            case trick::dialog:
                return std::string("\xFE") + "dialog" + '\0' + "\x04Password: ";
            case trick::old_password:
                return "\xFE";
            case trick::full:
                return "\x01\x04";
            case trick::sha256:
                return std::string("\xFE") + "sha256_password" + '\0' + nonce;
        }
        return "";
    }

    static void send(int to, int sequence, const std::string& payload) {
        const std::string bytes = std::string{static_cast<char>(payload.size() & 0xFFU),
                                              static_cast<char>(payload.size() >> 8U), '\0',
                                              static_cast<char>(sequence)} +
                                  payload;
        // Whoever has gone reads nothing.
        static_cast<void>(::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }

    std::optional<std::string> bytes(int from, std::size_t count, const std::stop_token& stop) {
        std::string taken;
        std::array<char, 4096> block{};
        while (taken.size() < count) {
            if (!readable(from, stop)) return std::nullopt;
            const auto got =
                ::read(from, block.data(), std::min(block.size(), count - taken.size()));
            if (got <= 0) return std::nullopt;
            taken.append(block.data(), static_cast<std::size_t>(got));
            const std::lock_guard lock(mutex_);
            received_.append(block.data(), static_cast<std::size_t>(got));
        }
        return taken;
    }

    std::optional<std::string> packet(int from, const std::stop_token& stop) {
        const auto head = bytes(from, 4, stop);
        if (!head) return std::nullopt;
        const auto byte = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>((*head)[i]));
        };
        return bytes(from, byte(0) | byte(1) << 8U | byte(2) << 16U, stop);
    }

    const trick how_;
    const int listener_;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    unsigned connections_ = 0;  // guarded by mutex_, as all below
    std::string received_;
    std::vector<std::string> answers_;
    std::jthread thread_;
};

}  // namespace segue::test
