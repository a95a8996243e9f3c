#include "src/hooks/hook_run.hpp"

#include "src/base/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/support/stepped_clock.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::hooks {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto patience = 60s;

class a_hook : public testing::Test {
  protected:
    std::string script(const std::string& text, const std::string& shebang = "#!/bin/sh\n") {
        const fs::path path = folder.path() / fmt::format("hook-{}", ++scripts_);
        std::ofstream(path) << shebang << text << "\n";
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }
    hook_run run(std::vector<std::string> files, std::chrono::seconds timeout = 0s) {
        return hook_run(hook_event::startup, std::move(files),
                        {"PATH=/usr/bin:/bin", "FOLDER=" + folder.path().string()},
                        {.timeout = timeout,
                         .clock = clock,
                         .take_line = [this](std::string_view line) { lines.emplace_back(line); },
                         .tell = [this](const std::string& text) { told.push_back(text); }});
    }
    /// Drives it to its end: empty, or why it failed.
    std::string end_of(hook_run& driven) const {
        try {
            const auto until = std::chrono::steady_clock::now() + patience;
            while (!driven.advance()) {
                if (std::chrono::steady_clock::now() > until) return "it does not end";
                std::this_thread::sleep_for(5ms);
            }
            return "";
        } catch (const error& failure) {
            return failure.what();
        }
    }
    std::string end_of(std::vector<std::string> files) {
        hook_run driven = run(std::move(files));
        return end_of(driven);
    }
    void advance_until_there(hook_run& driven, const fs::path& file) const {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (!fs::exists(file)) {
            ASSERT_FALSE(driven.advance());
            ASSERT_LT(std::chrono::steady_clock::now(), until) << "no " << file;
            std::this_thread::sleep_for(5ms);
        }
    }
    pid_t number_in(const fs::path& file) const {
        std::ifstream in(file);
        pid_t number = 0;
        in >> number;
        return number;
    }
    /// No process of that number but a zombie, which whoever ended it has not reaped yet.
    bool gone(pid_t number) const {
        const auto until = std::chrono::steady_clock::now() + patience;
        for (;;) {
            std::ifstream in(fmt::format("/proc/{}/stat", number));
            std::string id;
            std::string name;
            std::string state;
            if (!(in >> id >> name >> state) || state == "Z") return true;
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::sleep_for(5ms);
        }
    }

    const test::temporary_folder folder;
    test::stepped_clock clock;
    std::vector<std::string> lines;
    std::vector<std::string> told;

  private:
    int scripts_ = 0;
};

TEST_F(a_hook, is_run_behind_the_one_before_and_what_it_writes_is_taken_line_by_line) {
    EXPECT_EQ(end_of({script("echo one; echo two >&2; printf three"), script("echo four")}), "");
    EXPECT_THAT(lines, ElementsAre("one", "two", "three", "four"));
}

TEST_F(a_hook, that_fails_is_named_and_none_is_run_behind_it) {
    const std::string failing = script("echo why; exit 3");
    EXPECT_EQ(end_of({failing, script("echo never")}),
              "the hook " + failing + " failed with exit code 3");
    EXPECT_THAT(lines, ElementsAre("why"));
    EXPECT_THAT(end_of({script("kill -9 $$")}), HasSubstr("failed with signal 9 (Killed)"));
}

TEST_F(a_hook, that_cannot_be_started_says_why) {
    EXPECT_THAT(end_of({script("true", "")}), HasSubstr("does a script begin with #!"));
    EXPECT_THAT(end_of({folder.path() / "nowhere"}), HasSubstr("No such file or directory"));
}

TEST_F(a_hook, has_none_of_our_descriptors_an_empty_input_and_plain_signals) {
    const int leaked = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    ASSERT_GE(leaked, 3);
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(end_of({script(
                  "readlink /proc/self/fd/0; ls /proc/self/fd | sort -n | tr '\\n' ' '; echo; cat; "
                  "grep -E 'Sig(Blk|Ign)' /proc/self/status")}),
              "");
    ::signal(SIGPIPE, before);
    ::close(leaked);
    ASSERT_THAT(lines, SizeIs(4));
    EXPECT_EQ(lines[0], "/dev/null");
    EXPECT_EQ(lines[1], "0 1 2 3 ") << "the last one is that of ls";
    EXPECT_THAT(lines[2], HasSubstr("SigBlk:\t0000000000000000"));
    // The last 28 bits are signals that programs know; the C library has two of its own.
    EXPECT_THAT(lines[3], AllOf(HasSubstr("SigIgn:"), EndsWith("0000000")))
        << "SIGPIPE is ignored, for one";
}

TEST_F(a_hook, that_writes_without_an_end_is_taken_in_pieces) {
    EXPECT_EQ(end_of({script("head -c 200000 /dev/zero | tr '\\0' x")}), "");
    ASSERT_THAT(lines, SizeIs(4));
    EXPECT_EQ(lines[0].size(), 65'536U);
    EXPECT_EQ(lines[0].size() + lines[1].size() + lines[2].size() + lines[3].size(), 200'000U);
}

TEST_F(a_hook, is_not_waited_for_in_what_it_leaves_behind) {
    EXPECT_EQ(end_of({script("sleep 600 & echo $! > $FOLDER/child")}), "");
    const pid_t child = number_in(folder.path() / "child");
    EXPECT_EQ(::kill(child, 0), 0);
    ::kill(child, SIGKILL);
}

TEST_F(a_hook, may_take_for_ever_and_is_named_each_minute) {
    hook_run driven = run({script("while [ ! -e $FOLDER/go ]; do sleep 0.01; done")});
    EXPECT_FALSE(driven.advance());
    clock.step(59s);
    EXPECT_FALSE(driven.advance());
    EXPECT_THAT(told, IsEmpty());
    clock.step(1s);
    EXPECT_FALSE(driven.advance());
    EXPECT_FALSE(driven.advance());
    clock.step(24h);
    EXPECT_FALSE(driven.advance());
    EXPECT_THAT(told, ElementsAre(HasSubstr("hook-1 has been at work for 1 minute, and"),
                                  HasSubstr("hook-1 has been at work for 1441 minutes, and")));
    std::ofstream(folder.path() / "go").flush();
    EXPECT_EQ(end_of(driven), "");
}

TEST_F(a_hook, is_ended_with_its_children_when_its_time_is_over) {
    hook_run driven = run({script("sleep 600 & echo $! > $FOLDER/child; : > $FOLDER/there; wait"),
                           script("echo never")},
                          30s);
    advance_until_there(driven, folder.path() / "there");
    clock.step(30s);
    EXPECT_THAT(end_of(driven), HasSubstr("was ended: it took longer than the 30 s of "
                                          "--hooks-timeout-seconds"));
    EXPECT_TRUE(gone(number_in(folder.path() / "child")));
    EXPECT_THAT(lines, IsEmpty());
}

TEST_F(a_hook, that_does_not_listen_is_killed_with_its_children) {
    hook_run driven = run({script("trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > $FOLDER/child; "
                                  ": > $FOLDER/there; sleep 600; sleep 600'; sleep 600")},
                          30s);
    advance_until_there(driven, folder.path() / "there");
    clock.step(30s);
    EXPECT_FALSE(driven.advance());
    EXPECT_FALSE(driven.advance());
    EXPECT_EQ(::kill(number_in(folder.path() / "child"), 0), 0);
    clock.step(hook_run::grace);
    EXPECT_THAT(end_of(driven), HasSubstr("was ended"));
    EXPECT_TRUE(gone(number_in(folder.path() / "child")));
}

TEST_F(a_hook, that_is_gone_at_once_has_its_children_killed_that_are_not) {
    hook_run driven = run({script("sh -c 'trap \"\" TERM; echo $$ > $FOLDER/child; "
                                  ": > $FOLDER/there; sleep 600; sleep 600' & wait")},
                          30s);
    advance_until_there(driven, folder.path() / "there");
    clock.step(30s);
    EXPECT_FALSE(driven.advance());
    clock.step(hook_run::grace);
    EXPECT_THAT(end_of(driven), HasSubstr("was ended"));
    EXPECT_TRUE(gone(number_in(folder.path() / "child")));
}

TEST_F(a_hook, is_ended_when_nobody_waits_for_it_any_more) {
    pid_t child = 0;
    {
        hook_run driven =
            run({script("sleep 600 & echo $! > $FOLDER/child; : > $FOLDER/there; "
                        "wait")});
        advance_until_there(driven, folder.path() / "there");
        child = number_in(folder.path() / "child");
    }
    EXPECT_TRUE(gone(child));
}

TEST_F(a_hook, is_ended_by_the_last_words_of_the_process) {
    hook_run driven = run({script("trap '' TERM; : > $FOLDER/there; sleep 600; sleep 600")});
    advance_until_there(driven, folder.path() / "there");
    kill_all_hooks();
    EXPECT_THAT(end_of(driven), HasSubstr("failed with signal 9"));
}

}  // namespace
}  // namespace segue::hooks
