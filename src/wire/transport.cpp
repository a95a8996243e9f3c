#include "src/wire/transport.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/wire/name_lookup.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace segue::wire {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using socket = asio::generic::stream_protocol::socket;
using tls_stream = asio::ssl::stream<socket&>;

// Of the client library, as operators know them.
// https://dev.mysql.com/doc/mysql-errors/9.4/en/client-error-reference.html

error lost(const std::string& message) {
    return error(message,
                 {.mysql_errno = cr::server_lost, .retryable = true, .connection_lost = true});
}

error tls_error(const std::string& message) {
    return error("TLS: " + message, {.mysql_errno = cr::ssl_connection_error});
}

// What the system says stands in OpenSSL's numbers as such, and asio has no words for it.
std::string words_of(const error_code& failed) {
    const auto number = static_cast<unsigned long>(static_cast<unsigned>(failed.value()));
    if (failed.category() == asio::error::get_ssl_category() && ERR_SYSTEM_ERROR(number))
        return std::generic_category().message(ERR_GET_REASON(number));
    return failed.message();
}

void check(const error_code& failed, std::string_view what, const std::string& file) {
    if (failed)
        throw tls_error(fmt::format("cannot use the {} {}: {}", what, file, words_of(failed)));
}

std::string_view remedy_for(long verdict) {
    switch (verdict) {
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return ". Name the certificate that signed it with --ssl-ca (of those that a MySQL "
                   "server makes for itself, ca.pem in its data folder), or encrypt without "
                   "looking at it with --ssl-allow-insecure";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return ". Let --host be a name that stands in it (those that a MySQL server makes for "
                   "itself name no host), or encrypt without looking at it with "
                   "--ssl-allow-insecure";
        default:
            return "";
    }
}

asio::ssl::context tls_context(const tls_options& options) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    error_code failed;
    if (options.mode == tls_mode::verify_ca || options.mode == tls_mode::verify_identity) {
        context.set_verify_mode(asio::ssl::verify_peer, failed);
        if (options.ca_file.empty()) {
            context.set_default_verify_paths(failed);
            check(failed, "CA certificates of", "the system");
        } else {
            context.load_verify_file(options.ca_file, failed);
            check(failed, "CA file of --ssl-ca,", options.ca_file);
        }
    }
    if (!options.cert_file.empty()) {
        context.use_certificate_chain_file(options.cert_file, failed);
        check(failed, "certificate of --ssl-cert,", options.cert_file);
        const auto& key = options.key_file.empty() ? options.cert_file : options.key_file;
        context.use_private_key_file(key, asio::ssl::context::pem, failed);
        check(failed, "key of --ssl-key,", key);
    }
    return context;
}

bool is_ip_address(const std::string& host) {
    error_code failed;
    asio::ip::make_address(host, failed);
    return !failed;
}

void expect_host(SSL* session, const std::string& host) {
    auto* parameters = SSL_get0_param(session);
    const bool good = is_ip_address(host)
                          ? X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1
                          : X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) == 1;
    if (!good) throw tls_error(fmt::format("'{}' is no host that a certificate can name", host));
}

// Server name indication. OpenSSL's own macro for it casts in C's way.
void name_server(SSL* session, std::string host) {
    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
}

}  // namespace

class transport::impl {
  public:
    impl(const endpoint& server, time_point deadline, std::stop_token stop)
        : server_(server), socket_(io_) {
        if (server.socket.empty())
            connect_host(deadline, stop);
        else
            connect_socket(deadline, stop);
    }

    void start_tls(const tls_options& options, time_point deadline, std::stop_token stop) {
        if (options.mode == tls_mode::verify_identity && !server_.socket.empty())
            throw tls_error(
                "over a unix socket there is no host name whose identity could be "
                "verified: ask for verify_ca, or connect over TCP");
        tls_context_.emplace(tls_context(options));
        tls_.emplace(socket_, *tls_context_);
        if (options.mode == tls_mode::verify_identity)
            expect_host(tls_->native_handle(), server_.host);
        if (server_.socket.empty() && !is_ip_address(server_.host))
            name_server(tls_->native_handle(), server_.host);
        const auto failed = run(deadline, stop, [this](auto done) {
            tls_->async_handshake(asio::ssl::stream_base::client,
                                  [done](const error_code& result) { done(result, 0); });
        });
        if (!failed) return;
        close();
        if (failed == asio::error::timed_out) throw lost(late("the TLS handshake with"));
        if (const auto verdict = SSL_get_verify_result(tls_->native_handle()); verdict != X509_V_OK)
            throw tls_error(fmt::format("the certificate of {} does not pass: {}{}", server_.text(),
                                        X509_verify_cert_error_string(verdict),
                                        remedy_for(verdict)));
        const auto message =
            fmt::format("the handshake with {} failed: {}", server_.text(), failed.message());
        if (failed.category() == asio::error::get_ssl_category()) throw tls_error(message);
        throw lost("TLS: " + message);
    }

    std::size_t read_some(std::span<std::byte> room, time_point deadline, std::stop_token stop) {
        const auto buffer = asio::buffer(room.data(), room.size());
        return transfer("reading from", deadline, stop, [&](auto done) {
            if (tls_)
                tls_->async_read_some(buffer, done);
            else
                socket_.async_read_some(buffer, done);
        });
    }

    void write(std::span<const std::byte> bytes, time_point deadline, std::stop_token stop) {
        const auto buffer = asio::buffer(bytes.data(), bytes.size());
        transfer("writing to", deadline, stop, [&](auto done) {
            if (tls_)
                asio::async_write(*tls_, buffer, done);
            else
                asio::async_write(socket_, buffer, done);
        });
    }

    std::string peer_fingerprint() {
        if (!tls_) return "";
        const std::unique_ptr<X509, decltype(&X509_free)> shown(
            SSL_get1_peer_certificate(tls_->native_handle()), &X509_free);
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned length = 0;
        if (!shown || X509_digest(shown.get(), EVP_sha1(), digest.data(), &length) != 1)
            throw tls_error("the server's certificate has no fingerprint");
        return fmt::format("{:02X}", fmt::join(digest.data(), digest.data() + length, ""));
    }

    bool open() const noexcept { return socket_.is_open(); }

    void close() noexcept {
        error_code ignored;
        socket_.close(ignored);
    }

  private:
    void connect_socket(time_point deadline, std::stop_token stop) {
        if (server_.socket.size() >= sizeof(sockaddr_un{}.sun_path))
            throw error(fmt::format("the socket path {} is too long", server_.socket));
        connect_to(asio::local::stream_protocol::endpoint(server_.socket), cr::connection_error,
                   deadline, stop);
    }

    void connect_host(time_point deadline, std::stop_token stop) {
        const auto addresses = addresses_of(server_.host, deadline, stop);
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            try {
                connect_to(
                    asio::ip::tcp::endpoint(asio::ip::make_address(addresses[i]), server_.port),
                    cr::conn_host_error, deadline, stop);
                break;
            } catch (const error&) {
                if (i + 1 == addresses.size()) throw;
            }
        }
        error_code ignored;
        socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
        socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    }

    void connect_to(const socket::endpoint_type& to, int number, time_point deadline,
                    std::stop_token stop) {
        close();
        const auto failed = run(deadline, stop, [&](auto done) {
            socket_.async_connect(to, [done](const error_code& result) { done(result, 0); });
        });
        if (!failed) return;
        close();
        throw error(
            fmt::format("cannot connect to {}: {}", server_.text(),
                        failed == asio::error::timed_out ? "no answer in time" : failed.message()),
            {.mysql_errno = number, .retryable = true});
    }

    std::string late(std::string_view what) const {
        return fmt::format("{} {}: no answer in time", what, server_.text());
    }

    template <typename Start>
    std::size_t transfer(std::string_view what, time_point deadline, const std::stop_token& stop,
                         Start start) {
        if (!open()) throw lost(fmt::format("the connection to {} is closed", server_.text()));
        const auto failed = run(deadline, stop, start);
        if (!failed) return transferred_;
        close();
        if (failed == asio::error::timed_out) throw lost(late(what));
        if (failed == asio::error::eof || failed == asio::ssl::error::stream_truncated)
            throw lost(fmt::format("{} closed the connection", server_.text()));
        throw lost(fmt::format("{} {}: {}", what, server_.text(), failed.message()));
    }

    // Starts one operation and runs it to its end, which comes early when the time is up or a stop
    // is requested. Answers timed_out in the first case, throws `stopped` in the second; the socket
    // is closed in both.
    template <typename Start>
    error_code run(time_point deadline, const std::stop_token& stop, Start start) {
        if (stop.stop_requested()) {
            close();
            throw stopped();
        }
        ERR_clear_error();
        result_.reset();
        io_.restart();
        start([this](const error_code& result, std::size_t count) {
            result_ = result;
            transferred_ = count;
        });
        {
            // Wakes this thread; whatever is under way ends with operation_aborted.
            const std::stop_callback wake(stop, [this] { asio::post(io_, [this] { close(); }); });
            while (!result_ && io_.run_one_until(deadline) != 0) {
            }
        }
        const bool in_time = result_.has_value();
        if (!in_time) close();
        while (!result_) {
            io_.restart();
            require(io_.run_one() != 0, "an operation on a closed socket ends");
        }
        if (stop.stop_requested()) {
            close();
            throw stopped();
        }
        return in_time ? *result_ : error_code(asio::error::timed_out);
    }

    const endpoint server_;
    asio::io_context io_{1};
    socket socket_;
    std::optional<asio::ssl::context> tls_context_;
    std::optional<tls_stream> tls_;
    std::optional<error_code> result_;  // of the operation under way; empty until it has ended
    std::size_t transferred_ = 0;
};

transport::transport(const endpoint& server, time_point deadline, std::stop_token stop)
    : impl_(std::make_unique<impl>(server, deadline, std::move(stop))) {}
transport::~transport() = default;

void transport::start_tls(const tls_options& options, time_point deadline, std::stop_token stop) {
    impl_->start_tls(options, deadline, std::move(stop));
}
std::size_t transport::read_some(std::span<std::byte> room, time_point deadline,
                                 std::stop_token stop) {
    return impl_->read_some(room, deadline, std::move(stop));
}
void transport::write(std::span<const std::byte> bytes, time_point deadline, std::stop_token stop) {
    impl_->write(bytes, deadline, std::move(stop));
}
std::string transport::peer_fingerprint() const {
    return impl_->peer_fingerprint();
}
bool transport::open() const noexcept {
    return impl_->open();
}
void transport::close() noexcept {
    impl_->close();
}

}  // namespace segue::wire
