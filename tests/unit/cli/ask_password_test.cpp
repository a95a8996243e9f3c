#include "cli/login/ask_password.hpp"

#include "src/base/error.hpp"

#include <array>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <pty.h>
#include <string>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utmp.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace segue::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const auto no_prompt = [] {};

bool echoes(int terminal) {
    termios state{};
    return tcgetattr(terminal, &state) == 0 && (state.c_lflag & tcflag_t{ECHO}) != 0;
}

TEST(ask_password, the_terminal_shows_nothing_and_echoes_again_afterwards) {
    int keyboard = -1;
    int terminal = -1;
    ASSERT_EQ(openpty(&keyboard, &terminal, nullptr, nullptr, nullptr), 0);
    std::string line;
    std::thread reader([&] { line = read_hidden_line(terminal, no_prompt); });
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

TEST(ask_password, a_signal_ends_the_process_with_a_terminal_that_echoes_again) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        int keyboard = -1;
        int terminal = -1;
        ASSERT_EQ(openpty(&keyboard, &terminal, nullptr, nullptr, nullptr), 0);
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            std::signal(number, SIG_DFL);
            if (login_tty(terminal) != 0) _exit(126);
            try {
                read_hidden_line(STDIN_FILENO, no_prompt);
            } catch (const std::exception&) {
                _exit(1);
            }
            _exit(0);
        }
        while (echoes(terminal)) std::this_thread::yield();
        ASSERT_EQ(write(keyboard, "half", 4), 4);
        const char control_c = 3;
        if (number == SIGINT)
            EXPECT_EQ(write(keyboard, &control_c, 1), 1);
        else
            EXPECT_EQ(kill(child, number), 0);
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number) << status;
        EXPECT_TRUE(echoes(terminal)) << number;
        close(keyboard);
        close(terminal);
    }
}

// As a shell: a session's leader, whose job has the terminal until it is suspended. Exits with
// the job's code, or 100 and more.
[[noreturn]] void run_job_that_asks(int terminal, int told) {
    std::signal(SIGTTOU, SIG_IGN);
    if (login_tty(terminal) != 0) _exit(126);
    const pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        std::signal(SIGTTOU, SIG_DFL);
        int prompts = 0;
        try {
            const bool whole = read_hidden_line(STDIN_FILENO, [&] { ++prompts; }) == "whole";
            _exit(whole && prompts == 2 ? 0 : 2);
        } catch (const std::exception&) {
            _exit(1);
        }
    }
    int status = 0;
    if (waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status)) _exit(100);
    if (!echoes(STDIN_FILENO)) _exit(101);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    tcsetpgrp(STDIN_FILENO, job);
    if (kill(-job, SIGCONT) != 0 || write(told, "c", 1) != 1) _exit(102);
    if (waitpid(job, &status, 0) != job || !WIFEXITED(status)) _exit(103);
    _exit(WEXITSTATUS(status));
}

TEST(ask_password,
     a_suspended_process_leaves_a_terminal_that_echoes_and_prompts_anew_when_it_goes_on) {
    int keyboard = -1;
    int terminal = -1;
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(openpty(&keyboard, &terminal, nullptr, nullptr, nullptr), 0);
    ASSERT_EQ(pipe(pipe_ends.data()), 0);
    const pid_t shell = fork();
    ASSERT_GE(shell, 0);
    if (shell == 0) run_job_that_asks(terminal, pipe_ends[1]);
    close(pipe_ends[1]);
    while (echoes(terminal)) std::this_thread::yield();
    const char control_z = 26;
    ASSERT_EQ(write(keyboard, &control_z, 1), 1);
    char goes_on = 0;
    ASSERT_EQ(read(pipe_ends[0], &goes_on, 1), 1);
    while (echoes(terminal)) std::this_thread::yield();
    ASSERT_EQ(write(keyboard, "whole\n", 6), 6);
    int status = 0;
    ASSERT_EQ(waitpid(shell, &status, 0), shell);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_TRUE(echoes(terminal));
    close(pipe_ends[0]);
    close(keyboard);
    close(terminal);
}

TEST(ask_password, a_signal_that_is_ignored_ends_nothing) {
    int keyboard = -1;
    int terminal = -1;
    ASSERT_EQ(openpty(&keyboard, &terminal, nullptr, nullptr, nullptr), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::signal(SIGHUP, SIG_IGN);
        if (login_tty(terminal) != 0) _exit(126);
        try {
            _exit(read_hidden_line(STDIN_FILENO, no_prompt) == "whole" ? 0 : 2);
        } catch (const std::exception&) {
            _exit(1);
        }
    }
    while (echoes(terminal)) std::this_thread::yield();
    EXPECT_EQ(kill(child, SIGHUP), 0);
    ASSERT_EQ(write(keyboard, "whole\n", 6), 6);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_TRUE(echoes(terminal));
    close(keyboard);
    close(terminal);
}

TEST(ask_password, without_a_terminal_it_is_an_error) {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    EXPECT_THROW(read_hidden_line(nowhere, no_prompt), error);
    close(nowhere);
}

}  // namespace
}  // namespace segue::cli
