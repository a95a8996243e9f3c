#include "src/base/error.hpp"
#include "throttle/http_url.hpp"
#include "throttle/signals/http_signal.hpp"
#include "throttle/signals/http_status.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto plenty = 60s;

// Answers a request for /N with the status N, and the others as they say.
class http_server {
  public:
    http_server()
        : acceptor_(context_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
          thread_([this] { serve(); }) {}
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;
    ~http_server() {
        ends_ = true;
        try {
            tcp::socket(context_).connect(acceptor_.local_endpoint());
        } catch (const boost::system::system_error&) {
            // It has ended by itself.
        }
    }
    std::string url(const std::string& path) const {
        return fmt::format("http://127.0.0.1:{}{}", acceptor_.local_endpoint().port(), path);
    }
    std::string asked() const { return asked_; }  // after the answer

  private:
    void serve() {
        while (!ends_) {
            tcp::socket client(context_);
            acceptor_.accept(client);
            boost::system::error_code ended;
            std::string text;
            asio::read_until(client, asio::dynamic_buffer(text), "\r\n\r\n", ended);
            if (ended) continue;
            const std::string path = text.substr(5, text.find(' ', 5) - 5);
            if (path == "/silent") {
                asio::read(client, asio::dynamic_buffer(text), ended);
                continue;
            }
            asked_ = text;
            asio::write(client, asio::buffer(answer(path)), ended);
        }
    }
    static std::string answer(const std::string& path) {
        if (path == "/moved")
            return "HTTP/1.1 302 Found\r\nLocation: /429\r\nContent-Length: 0\r\n\r\n";
        if (path == "/round")
            return "HTTP/1.1 301 Moved\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n";
        if (path == "/garbage") return "hello\r\n\r\n";
        return fmt::format("HTTP/1.1 {} Whatever\r\nContent-Length: 70\r\n\r\n", path.substr(1));
    }

    asio::io_context context_;
    tcp::acceptor acceptor_;
    std::atomic<bool> ends_{false};
    std::string asked_;
    std::jthread thread_;
};

TEST(url, has_parts) {
    EXPECT_EQ(
        parse_url("http://freno.example/check/x?y=1#z"),
        (http_url{.tls = false, .host = "freno.example", .port = "80", .target = "/check/x?y=1"}));
    EXPECT_EQ(parse_url("https://[::1]:8443"),
              (http_url{.tls = true, .host = "::1", .port = "8443", .target = "/"}));
    EXPECT_EQ(parse_url("http://h:81?q"),
              (http_url{.tls = false, .host = "h", .port = "81", .target = "/?q"}));
    for (const char* const wrong :
         {"", "freno/check", "ftp://h/", "http://", "http://:80/", "http://h:/", "http://h:x/",
          "http://[::1", "http://h/a b", "http://h\r\nX: y/"})
        EXPECT_THROW(parse_url(wrong), error) << wrong;
}

TEST(http_status, is_what_a_head_request_is_answered_with) {
    const http_server server;
    for (const unsigned status : {200U, 404U, 417U, 429U, 500U, 503U})
        EXPECT_EQ(http_status(server.url(fmt::format("/{}", status)), plenty), status);
    EXPECT_TRUE(server.asked().starts_with("HEAD /503 HTTP/1.1\r\n")) << server.asked();
}

TEST(http_status, follows_where_it_is_sent_but_not_for_ever) {
    const http_server server;
    EXPECT_EQ(http_status(server.url("/moved"), plenty), 429U);
    EXPECT_EQ(http_status(server.url("/round"), plenty), 301U);
}

TEST(http_status, is_an_error_where_no_answer_comes) {
    const http_server server;
    EXPECT_THROW(http_status(server.url("/silent"), 50ms), error);
    EXPECT_THROW(http_status(server.url("/garbage"), plenty), error);
    std::string tls = server.url("/200");
    tls.replace(0, 4, "https");
    EXPECT_THROW(http_status(tls, 500ms), error);  // Both wait for the other.
    EXPECT_THROW(http_status("http://no-such-host.invalid/", plenty), error);
}

TEST(http_signal, throttles_unless_all_is_well) {
    const http_server server;
    live_pace pace{{}};
    http_signal signal(pace, {.timeout = plenty});
    EXPECT_FALSE(signal.evaluate().has_value()) << "nobody is asked";
    const auto ask = [&](const std::string& path) {
        pace.change([&](throttle::pace& now) { now.throttle_http = server.url(path); });
        return signal.evaluate().value_or("");
    };
    EXPECT_EQ(ask("/200"), "");
    EXPECT_EQ(ask("/429"), "Too many requests (http=429)");
    EXPECT_EQ(ask("/503"), "http=503");
    EXPECT_EQ(ask("/garbage"), "Connection error (http=-1)");
    http_signal lenient(pace, {.timeout = plenty, .ignore_errors = true});
    EXPECT_FALSE(lenient.evaluate().has_value());
}

TEST(http_signal, has_words_for_what_freno_answers) {
    EXPECT_EQ(http_reason(200, true), std::nullopt);
    EXPECT_EQ(http_reason(404, true), "freno: unknown metric (http=404)");
    EXPECT_EQ(http_reason(429, true), "freno: threshold exceeded (http=429)");
    EXPECT_EQ(http_reason(418, true), "http=418");
}

}  // namespace
}  // namespace segue::throttle
