#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace segue::control {

/// Where commands are taken.
struct serving_places {
    std::string unix_path;  ///< Empty: on no Unix socket. At most socket_path_bytes_max bytes.
    std::string tcp_host = "127.0.0.1";  ///< An address or a name; where tcp_port is set.
    std::uint16_t tcp_port = 0;          ///< 0: not over TCP.
};

/// Takes one line on each connection, answers, and closes it: `echo status | nc -U PATH`. Nobody is
/// asked who they are: the Unix socket has mode 0600.
///
/// What comes from outside cannot harm it: a line has 64 KiB at most, a client 10 s to send it and
/// 10 s to take the answer, and so many clients are served at once as `clients_max` says. Then the
/// oldest that has sent nothing, or else not its whole line, is cut off for a new one; where all
/// are being answered, others wait in the system's queue.
///
/// Threads: one of its own, "control", on which `answer` is called, one line after the other: it
/// must be short, and wait for nobody. Who has to wait gives the answer later, from any thread.
/// Lifecycle: serves from construction to destruction.
class command_server {
  public:
    /// Gets the line without its end; what it returns is sent as it is. What it throws is sent as
    /// text.
    using answerer = std::function<std::string(std::string_view line)>;
    /// Takes the answer, which is sent as it is. To be called once; any thread, also when nobody
    /// waits for it any more.
    using reply = std::function<void(std::string answer)>;
    /// Gets the line, and sees to it that `to` is called, now or later. What it throws is sent.
    using later_answerer = std::function<void(std::string_view line, reply to)>;

    static constexpr std::size_t clients_max = 200;
    static constexpr std::size_t line_bytes_max = 65'536;

    /// The socket file of a process that has died is taken over. Throws segue::error for one that
    /// somebody serves, for a file that is no socket, and for a port that cannot be had.
    command_server(const serving_places& at, later_answerer answer);
    command_server(const serving_places& at, answerer answer);
    command_server(const command_server&) = delete;
    command_server& operator=(const command_server&) = delete;
    /// Ends every connection, and removes the socket file.
    ~command_server();

    /// The path that is served; empty: none.
    const std::string& unix_path() const noexcept;
    /// The port that is served, which the system has chosen where 0 was bound; 0: none.
    std::uint16_t tcp_port() const noexcept;

  private:
    class running;
    std::unique_ptr<running> running_;
};

}  // namespace segue::control
