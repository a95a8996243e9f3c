#include "src/wire/connection.hpp"

#include "src/base/error.hpp"
#include "src/base/one_line.hpp"
#include "src/wire/byte_writer.hpp"
#include "src/wire/handshake.hpp"
#include "src/wire/login_failure.hpp"
#include "src/wire/packet_framing.hpp"
#include "src/wire/protocol.hpp"
#include "src/wire/renewed_login.hpp"
#include "src/wire/transport.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::wire {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Before a login nothing that a server says is long; it need not even be a MySQL server.
constexpr std::size_t login_packet_bytes_max = std::size_t{64} * 1024;
constexpr milliseconds quit_timeout{200};

}  // namespace

class connection::impl {
  public:
    impl(const connection_options& options, std::stop_token stop)
        : read_timeout_(options.read_timeout),
          transport_(options.server, steady_clock::now() + options.connect_timeout, stop),
          handshake_({.user = options.user,
                      .password = options.password,
                      .tls = options.tls.mode != tls_mode::disabled,
                      .tls_if_offered = options.tls.mode == tls_mode::preferred,
                      .local_socket = !options.server.socket.empty()}) {}

    void log_in(const tls_options& tls, time_point deadline, std::stop_token stop) {
        auto step = handshake_.on_packet(read(deadline, stop));
        while (step.next != handshake_step::action::done) {
            if (step.next != handshake_step::action::read) write(step.payload, deadline, stop);
            if (step.next == handshake_step::action::send_then_tls) {
                // Bytes that came in clear must not be taken for part of the encrypted session.
                if (!packets_.empty())
                    throw error("the server sent bytes in clear where TLS was due",
                                {.connection_lost = true});
                transport_.start_tls(tls, deadline, stop);
                step = handshake_.on_tls();
            } else {
                step = handshake_.on_packet(read(deadline, stop));
            }
        }
        packets_.set_payload_bytes_max(packet_bytes_max);
    }

    /// Bounded as a whole.
    std::span<const std::byte> read(time_point deadline, const std::stop_token& stop) {
        return read_until([deadline] { return deadline; }, stop);
    }

    /// Bounded in its silence: a large packet may take as long as it keeps coming.
    std::span<const std::byte> read(milliseconds silence_max, const std::stop_token& stop) {
        return read_until([silence_max] { return steady_clock::now() + silence_max; }, stop);
    }

    template <typename Deadline>
    std::span<const std::byte> read_until(Deadline deadline, const std::stop_token& stop) {
        for (;;) {
            try {
                if (const auto payload = packets_.take()) return *payload;
            } catch (...) {
                transport_.close();
                throw;
            }
            packets_.commit(transport_.read_some(packets_.prepare(), deadline(), stop));
        }
    }

    void write(std::span<const std::byte> payload, time_point deadline,
               const std::stop_token& stop) {
        std::vector<std::byte> framed;
        framed.reserve(payload.size() + 8);
        auto sequence = packets_.sequence();
        append_packet(framed, payload, sequence);
        packets_.set_sequence(sequence);
        transport_.write(framed, deadline, stop);
    }

    void command(std::span<const std::byte> payload, time_point deadline,
                 const std::stop_token& stop) {
        packets_.set_sequence(0);
        write(payload, deadline, stop);
    }

    milliseconds read_timeout() const noexcept { return read_timeout_; }
    const handshake& login() const noexcept { return handshake_; }
    std::string peer_fingerprint() const { return transport_.peer_fingerprint(); }
    bool open() const noexcept { return transport_.open(); }
    void close() noexcept { transport_.close(); }

  private:
    const milliseconds read_timeout_;
    transport transport_;
    handshake handshake_;
    packet_parser packets_{login_packet_bytes_max};
};

connection connection::connect(const connection_options& options, std::stop_token stop) {
    const auto deadline = steady_clock::now() + options.connect_timeout;
    return with_current_login(options, [&](const connection_options& with) {
        try {
            auto made = std::make_unique<impl>(with, stop);
            made->log_in(with.tls, deadline, stop);
            login_succeeded(with);
            return connection(std::move(made));
        } catch (const error& failed) {
            throw login_failure(failed, with);
        }
    });
}

connection::connection(std::unique_ptr<impl> made) : impl_(std::move(made)) {}
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;

const greeting& connection::server() const noexcept {
    return impl_->login().server();
}
bool connection::encrypted() const noexcept {
    return impl_->login().encrypted();
}
std::string connection::peer_fingerprint() const {
    return impl_->peer_fingerprint();
}
bool connection::open() const noexcept {
    return impl_->open();
}

void connection::send_command(std::span<const std::byte> payload, std::stop_token stop) {
    impl_->command(payload, steady_clock::now() + impl_->read_timeout(), stop);
}

std::span<const std::byte> connection::read_packet(milliseconds silence_max, std::stop_token stop) {
    if (stop.stop_requested()) {
        impl_->close();
        throw stopped();
    }
    return impl_->read(silence_max, stop);
}

text_result connection::query(std::string_view sql, std::stop_token stop) {
    send_command(byte_writer().u8(static_cast<std::uint8_t>(command::query)).text(sql).take(),
                 stop);
    text_result_parser answer;
    for (;;) {
        const auto payload = read_packet(impl_->read_timeout(), stop);
        try {
            if (answer.on_packet(payload)) return answer.take();
        } catch (const error& failed) {
            if (!is_error_packet(payload) || failed.connection_lost()) impl_->close();
            throw failed.in(fmt::format("statement `{}`", in_one_line(sql)));
        }
    }
}

void connection::require_direct(std::stop_token stop) {
    const auto answered = query("SELECT CONNECTION_ID()", stop).single("CONNECTION_ID()");
    const auto greeted = std::to_string(server().connection_id);
    if (answered == greeted) return;
    impl_->close();
    throw error(
        fmt::format("the server greeted as connection {}, but CONNECTION_ID() is {}: a proxy "
                    "stands between and may give each statement to another server. Connect "
                    "to the server itself",
                    greeted, answered.value_or("NULL")));
}

void connection::quit() noexcept {
    if (!impl_ || !impl_->open()) return;
    try {
        impl_->command(byte_writer().u8(static_cast<std::uint8_t>(command::quit)).take(),
                       steady_clock::now() + quit_timeout, {});
    } catch (...) {
        // The server notices the closed socket as well.
    }
    impl_->close();
}

}  // namespace segue::wire
