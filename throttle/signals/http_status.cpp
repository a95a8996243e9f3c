#include "throttle/signals/http_status.hpp"

#include "src/base/error.hpp"
#include "src/wire/name_lookup.hpp"
#include "throttle/http_url.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <fmt/format.h>

namespace segue::throttle {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr unsigned redirections_max = 10;

struct http_answer {
    unsigned status = 0;
    std::string location;
};

std::uint16_t port_of(const http_url& url) {
    std::uint16_t port = 0;
    const char* const end = url.port.data() + url.port.size();
    const auto read = std::from_chars(url.port.data(), end, port);
    if (read.ec != std::errc() || read.ptr != end || port == 0)
        throw error(fmt::format("'{}' is no TCP port", url.port));
    return port;
}

// One step after the other on a connection; the first that fails is told.
class request {
  public:
    request(const http_url& url, steady_clock::time_point until) : url_(url), until_(until) {}

    http_answer head() {
        std::vector<asio::ip::tcp::endpoint> found;
        for (const std::string& address : wire::addresses_of(url_.host, until_, {}))
            found.emplace_back(asio::ip::make_address(address), port_of(url_));
        if (!url_.tls) {
            beast::tcp_stream stream(context_);
            connect(stream, found);
            return ask(stream);
        }
        // Reads the system's certificates, so only where they are needed.
        asio::ssl::context tls(asio::ssl::context::tls_client);
        tls.set_default_verify_paths();
        beast::ssl_stream<beast::tcp_stream> stream(context_, tls);
        // What SSL_set_tlsext_host_name() does, without its cast.
        std::string name = url_.host;
        if (SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                     TLSEXT_NAMETYPE_host_name, name.data()) != 1)
            throw error("TLS cannot be begun");
        stream.set_verify_mode(asio::ssl::verify_peer);
        stream.set_verify_callback(asio::ssl::host_name_verification(url_.host));
        connect(beast::get_lowest_layer(stream), found);
        step([&](auto then) { stream.async_handshake(asio::ssl::stream_base::client, then); });
        return ask(stream);
    }

  private:
    // `begin` gets what is to be called with the outcome.
    template <typename Begin>
    void step(Begin begin) {
        std::optional<error_code> outcome;
        begin([&outcome](error_code failed) { outcome = failed; });
        context_.restart();
        context_.run_until(until_);
        if (!outcome) throw error("no answer came in time");
        if (*outcome) throw error(outcome->message());
    }

    void connect(beast::tcp_stream& stream, const std::vector<asio::ip::tcp::endpoint>& found) {
        step([&](auto then) {
            stream.async_connect(found, [then](error_code failed, const auto&) { then(failed); });
        });
    }

    template <typename Stream>
    http_answer ask(Stream& stream) {
        http::request<http::empty_body> asked(http::verb::head, url_.target, 11);
        asked.set(http::field::host, host_header(url_));
        asked.set(http::field::user_agent, "segue");
        asked.set(http::field::connection, "close");
        step([&](auto then) {
            http::async_write(stream, asked, [then](error_code failed, auto) { then(failed); });
        });
        beast::flat_buffer buffer;
        http::response_parser<http::empty_body> answer;
        answer.skip(true);  // To HEAD there is no body, whatever its length is said to be.
        step([&](auto then) {
            http::async_read_header(stream, buffer, answer,
                                    [then](error_code failed, auto) { then(failed); });
        });
        return {.status = answer.get().result_int(),
                .location = std::string(answer.get()[http::field::location])};
    }

    const http_url& url_;
    const steady_clock::time_point until_;
    asio::io_context context_;
};

bool redirects(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

unsigned http_status(const std::string& url, std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    std::string next = url;
    for (unsigned followed = 0;; ++followed) {
        const http_url at = parse_url(next);
        http_answer answer;
        try {
            answer = request(at, until).head();
        } catch (const boost::system::system_error& failure) {
            throw error(failure.code().message());
        }
        if (!redirects(answer.status) || answer.location.empty() || followed == redirections_max)
            return answer.status;
        next = followed_to(at, answer.location);
    }
}

}  // namespace segue::throttle
