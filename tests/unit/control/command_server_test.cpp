#include "src/control/command_server.hpp"

#include "src/base/error.hpp"
#include "src/control/client.hpp"
#include "tests/support/temporary_folder.hpp"

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace segue::control {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto patience = 60s;

// A socket of the test's own, to say what no client would.
class raw_client {
  public:
    explicit raw_client(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path.copy(at.sun_path, sizeof(at.sun_path) - 1);
        if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0)
            throw std::runtime_error("no connection to " + path);
    }
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    ~raw_client() { ::close(descriptor_); }

    bool send(std::string_view text) const {
        return ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    }
    void end_sending() const { ::shutdown(descriptor_, SHUT_WR); }
    // All until the other side closes.
    std::string read() const {
        std::string all;
        std::array<char, 4096> part{};
        for (ssize_t got = 0; (got = ::recv(descriptor_, part.data(), part.size(), 0)) > 0;)
            all.append(part.data(), static_cast<std::size_t>(got));
        return all;
    }

  private:
    int descriptor_;
};

class a_command_server : public testing::Test {
  protected:
    void start() {
        server.emplace(serving_places{.unix_path = path()}, [this](std::string_view line) {
            ++asked;
            if (line == "fail") throw std::runtime_error("no such thing");
            if (line == "much") return std::string(5'000'000, 'x');
            if (line == "more") return std::string(600'000, 'x');
            return "<" + std::string(line) + ">\n";
        });
    }
    std::string path() const { return folder.path() / "s.sock"; }
    std::string ask(const std::string& line) const {
        return control::ask({.unix_path = path()}, line, patience);
    }

    const test::temporary_folder folder;
    std::atomic<int> asked{0};
    std::optional<command_server> server;
};

TEST_F(a_command_server, answers_one_line_and_closes) {
    start();
    EXPECT_EQ(ask("status"), "<status>\n");
    EXPECT_EQ(ask("fail"), "no such thing\n");
    EXPECT_EQ(ask("much").size(), 5'000'000U);
    const raw_client two_lines(path());
    two_lines.send("one\ntwo\n");
    EXPECT_EQ(two_lines.read(), "<one>\n");
    const raw_client without_end(path());
    without_end.send("status");
    without_end.end_sending();
    EXPECT_EQ(without_end.read(), "<status>\n");
    const raw_client nothing(path());
    nothing.end_sending();
    EXPECT_EQ(nothing.read(), "");
}

TEST_F(a_command_server, lets_only_its_owner_connect_and_takes_its_file_along) {
    start();
    struct stat made {};
    ASSERT_EQ(::stat(path().c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 0777U, 0600U);
    server.reset();
    EXPECT_FALSE(fs::exists(path()));
}

TEST_F(a_command_server, ends_a_line_that_does_not_end) {
    start();
    const raw_client endless(path());
    const std::string piece(10'000, 'a');
    while (endless.send(piece)) {
    }
    EXPECT_NE(ask("status").find("status"), std::string::npos);
    EXPECT_EQ(asked, 1) << "the endless one is no command";
}

TEST_F(a_command_server, serves_others_beside_those_that_say_nothing) {
    start();
    std::vector<std::unique_ptr<raw_client>> silent;
    for (std::size_t i = 0; i < 100; ++i) silent.push_back(std::make_unique<raw_client>(path()));
    std::vector<std::future<std::string>> others;
    for (int i = 0; i < 100; ++i)
        others.push_back(std::async(std::launch::async, [this] { return ask("status"); }));
    for (auto& one : others) EXPECT_EQ(one.get(), "<status>\n");
    // Who was silent until now may still ask.
    silent.front()->send("late\n");
    EXPECT_EQ(silent.front()->read(), "<late>\n");
}

TEST_F(a_command_server, lets_the_oldest_that_says_nothing_give_way_to_a_new_one) {
    start();
    std::vector<std::unique_ptr<raw_client>> silent;
    for (std::size_t i = 0; i < command_server::clients_max; ++i)
        silent.push_back(std::make_unique<raw_client>(path()));
    const raw_client begun(path());
    begun.send("beg");
    EXPECT_EQ(silent[0]->read(), "") << "it gave way";
    EXPECT_EQ(ask("status"), "<status>\n");
    EXPECT_EQ(silent[1]->read(), "");
    for (std::size_t i = 2; i < silent.size(); ++i) {
        silent[i]->send("late\n");
        EXPECT_EQ(silent[i]->read(), "<late>\n") << i;
    }
    begun.send("un\n");
    EXPECT_EQ(begun.read(), "<begun>\n");
}

TEST_F(a_command_server, is_not_held_by_many_that_begin_a_line) {
    start();
    std::vector<std::unique_ptr<raw_client>> begun;
    for (std::size_t i = 0; i < command_server::clients_max + 50; ++i) {
        begun.push_back(std::make_unique<raw_client>(path()));
        begun.back()->send("beg");
    }
    EXPECT_EQ(ask("status"), "<status>\n");
    begun.back()->send("un\n");
    EXPECT_EQ(begun.back()->read(), "<begun>\n");
}

TEST_F(a_command_server, goes_on_with_those_that_had_to_wait_for_others) {
    start();
    std::vector<std::unique_ptr<raw_client>> answered;
    for (std::size_t i = 0; i < command_server::clients_max; ++i) {
        answered.push_back(std::make_unique<raw_client>(path()));
        answered.back()->send("more\n");
    }
    while (asked < static_cast<int>(command_server::clients_max)) std::this_thread::yield();
    auto waits = std::async(std::launch::async, [this] { return ask("status"); });
    answered.clear();
    EXPECT_EQ(waits.get(), "<status>\n");
}

TEST_F(a_command_server, is_given_an_answer_later_and_serves_others_meanwhile) {
    std::promise<command_server::reply> waits;
    server.emplace(serving_places{.unix_path = path()},
                   [&](std::string_view line, command_server::reply to) {
                       if (line == "wait")
                           waits.set_value(std::move(to));
                       else
                           to("<" + std::string(line) + ">\n");
                   });
    auto first = std::async(std::launch::async, [this] { return ask("wait"); });
    const command_server::reply to = waits.get_future().get();
    EXPECT_EQ(ask("status"), "<status>\n");
    to("at last\n");
    EXPECT_EQ(first.get(), "at last\n");
    to("to nobody");
    EXPECT_EQ(ask("status"), "<status>\n");
    server.reset();
    to("to nobody");
}

TEST_F(a_command_server, ends_with_clients_that_wait_for_an_answer) {
    std::promise<command_server::reply> waits;
    server.emplace(
        serving_places{.unix_path = path()},
        [&](std::string_view, command_server::reply to) { waits.set_value(std::move(to)); });
    const raw_client asking(path());
    asking.send("wait\n");
    const command_server::reply to = waits.get_future().get();
    server.reset();
    EXPECT_EQ(asking.read(), "");
    to("to nobody");
}

TEST_F(a_command_server, ends_with_clients_that_are_still_there) {
    start();
    const raw_client silent(path());
    server.reset();
    EXPECT_EQ(silent.read(), "");
}

TEST_F(a_command_server, takes_over_the_socket_of_a_dead_process_and_of_no_other) {
    start();
    EXPECT_THROW(command_server({.unix_path = path()}, [](std::string_view) { return ""; }), error);
    EXPECT_EQ(ask("status"), "<status>\n") << "the one that is at work is left alone";
    const fs::path kept = folder.path() / "kept.sock";
    fs::create_hard_link(path(), kept);
    server.reset();
    fs::rename(kept, path());  // as a process that is killed leaves it
    EXPECT_FALSE(is_served(path()));
    start();
    EXPECT_EQ(ask("status"), "<status>\n");
}

TEST_F(a_command_server, leaves_a_file_alone_that_is_no_socket) {
    std::ofstream(path()) << "precious";
    EXPECT_THROW(start(), error);
    EXPECT_EQ(fs::file_size(path()), 8U);
}

TEST_F(a_command_server, takes_commands_over_tcp_on_the_address_that_it_is_given) {
    std::uint16_t port = 0;
    for (port = 20'000; port < 60'000 && !server; ++port) {
        try {
            server.emplace(
                serving_places{.unix_path = {}, .tcp_host = "127.0.0.1", .tcp_port = port},
                [](std::string_view line) { return std::string(line) + "!"; });
        } catch (const error&) {
            // Somebody else has it.
        }
    }
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(
        control::ask({.unix_path = {}, .tcp_host = "127.0.0.1", .tcp_port = server->tcp_port()},
                     "sup", patience),
        "sup!");
    EXPECT_THROW(
        command_server({.unix_path = {}, .tcp_host = "127.0.0.1", .tcp_port = server->tcp_port()},
                       [](std::string_view) { return ""; }),
        error);
}

TEST_F(a_command_server, is_asked_in_vain_where_there_is_none) {
    EXPECT_THROW(ask("status"), error);
    EXPECT_FALSE(is_served(path()));
}

}  // namespace
}  // namespace segue::control
