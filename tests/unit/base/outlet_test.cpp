#include "src/base/outlet.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <pty.h>
#include <string>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace segue {
namespace {

using namespace std::chrono_literals;

constexpr outlet::patience brief{.without_progress = 100ms, .in_all = 60s};

// A pipe of one page, which nobody reads but the test.
class an_outlet : public testing::Test {
  protected:
    an_outlet() {
        EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
        EXPECT_GT(::fcntl(pipe[1], F_SETPIPE_SZ, 4096), 0);
        std::signal(SIGPIPE, SIG_IGN);
    }
    ~an_outlet() override {
        made.reset();
        for (const int end : pipe) ::close(end);
    }

    void start(std::size_t bytes_max) {
        made.emplace(pipe[1], "test", bytes_max,
                     [](std::uint64_t lines) { return "(" + std::to_string(lines) + " lost)\n"; });
    }
    void fill_pipe() const {
        const int flags = ::fcntl(pipe[1], F_GETFL);
        ::fcntl(pipe[1], F_SETFL, flags | O_NONBLOCK);
        const std::string piece(64, '-');
        while (::write(pipe[1], piece.data(), piece.size()) > 0) {
        }
        ::fcntl(pipe[1], F_SETFL, flags);
    }
    // Until `last` was read.
    std::string read_until(const std::string& last) const {
        std::string all;
        std::array<char, 512> part{};
        while (!all.ends_with(last)) {
            const auto got = ::read(pipe[0], part.data(), part.size());
            if (got <= 0) return all + "(end)";
            all.append(part.data(), static_cast<std::size_t>(got));
        }
        return all.substr(all.find_first_not_of('-'));
    }

    std::array<int, 2> pipe{};
    std::optional<outlet> made;
};

TEST_F(an_outlet, writes_in_order_and_holds_nobody_up_whose_reader_is_slow) {
    start(outlet::unbounded);
    fill_pipe();
    std::string expected;
    for (int i = 0; i < 5'000; ++i) {
        const std::string line = "line " + std::to_string(i) + "\n";
        expected += line;
        made->put(line);
    }
    EXPECT_FALSE(made->idle());
    std::jthread reads([&] { EXPECT_EQ(read_until("line 4999\n"), expected); });
    EXPECT_TRUE(made->finish().whole);
    EXPECT_TRUE(made->idle());
}

TEST_F(an_outlet, loses_the_oldest_lines_and_tells_where_they_stood) {
    start(100);
    const std::string first(5'000, 'x');
    made->put(first + "\n");
    // It has begun with that, and waits.
    pollfd room{.fd = pipe[1], .events = POLLOUT, .revents = 0};
    while (::poll(&room, 1, 0) > 0) std::this_thread::yield();
    for (int i = 0; i < 100; ++i) made->put("two\nlines\n");
    made->put("last\n");
    const auto left = made->finish(&brief);
    EXPECT_FALSE(left.whole);
    EXPECT_EQ(left.lines_left, 202U);
    std::string expected = first + "\n(182 lost)\n";
    for (int i = 0; i < 9; ++i) expected += "two\nlines\n";
    EXPECT_EQ(read_until("last\n"), expected + "last\n");
    const auto after = made->finish();
    EXPECT_FALSE(after.whole) << "something was lost";
    EXPECT_EQ(after.lines_left, 0U) << "and that was told";
}

TEST_F(an_outlet, takes_one_text_that_is_longer_than_all_that_may_wait) {
    start(10);
    const std::string text(20'000, 'x');
    made->put(text + "\n");
    EXPECT_EQ(read_until("\n"), text + "\n");
    EXPECT_TRUE(made->finish().whole);
}

TEST_F(an_outlet, ends_though_nobody_reads) {
    start(outlet::unbounded);
    fill_pipe();
    made->put("never\n");
    EXPECT_EQ(made->finish(&brief).lines_left, 1U);
    made.reset();
}

// A terminal that has room for one byte is ready, and a write of more waits.
TEST_F(an_outlet, ends_though_its_write_waits) {
    int shown = -1;
    int terminal = -1;
    ASSERT_EQ(::openpty(&shown, &terminal, nullptr, nullptr, nullptr), 0);
    made.emplace(terminal, "test", outlet::unbounded, [](std::uint64_t) { return ""; });
    for (int i = 0; i < 1'000; ++i) made->put(std::string(4'000, 'x') + "\n");
    EXPECT_GT(made->finish(&brief).lines_left, 0U);
    made.reset();
    ::close(terminal);
    ::close(shown);
}

TEST_F(an_outlet, goes_on_when_a_text_cannot_be_written) {
    ::close(pipe[0]);
    start(outlet::unbounded);
    made->put("nobody\n");
    made->put("reads\n");
    const auto ending = made->finish();
    EXPECT_FALSE(ending.whole);
    EXPECT_EQ(ending.lines_left, 0U) << "there is nobody to tell";
    pipe[0] = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

TEST_F(an_outlet, waits_for_room_where_its_descriptor_does_not_block) {
    ::fcntl(pipe[1], F_SETFL, ::fcntl(pipe[1], F_GETFL) | O_NONBLOCK);
    start(outlet::unbounded);
    const std::string text(50'000, 'x');
    made->put(text + "\n");
    EXPECT_EQ(read_until("\n"), text + "\n");
}

}  // namespace
}  // namespace segue
