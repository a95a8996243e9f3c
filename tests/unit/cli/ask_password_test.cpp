#include "cli/ask_password.hpp"

#include "src/base/error.hpp"

#include <array>
#include <fcntl.h>
#include <pty.h>
#include <string>
#include <termios.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

bool echoes(int terminal) {
    termios state{};
    return tcgetattr(terminal, &state) == 0 && (state.c_lflag & tcflag_t{ECHO}) != 0;
}

TEST(AskPassword, TheTerminalShowsNothingAndEchoesAgainAfterwards) {
    int keyboard = -1;
    int terminal = -1;
    ASSERT_EQ(openpty(&keyboard, &terminal, nullptr, nullptr, nullptr), 0);
    std::string line;
    std::thread reader([&] { line = read_hidden_line(terminal); });
    // What was typed before the echo went off is thrown away, so wait for it.
    while (echoes(terminal)) std::this_thread::yield();
    ASSERT_EQ(write(keyboard, "ge;h#eim\n", 9), 9);
    reader.join();
    EXPECT_EQ(line, "ge;h#eim");
    EXPECT_TRUE(echoes(terminal));

    std::array<char, 64> screen{};
    const auto count = read(keyboard, screen.data(), screen.size());
    EXPECT_THAT(std::string(screen.data(), count > 0 ? static_cast<std::size_t>(count) : 0),
                Not(HasSubstr("eim")));
    close(keyboard);
    close(terminal);
}

TEST(AskPassword, WithoutATerminalItIsAnError) {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    EXPECT_THROW(read_hidden_line(nowhere), error);
    close(nowhere);
}

}  // namespace
}  // namespace segue::cli
