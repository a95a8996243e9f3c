#include "src/control/abandoned_sockets.hpp"

#include "src/control/command_server.hpp"
#include "src/control/socket_path.hpp"
#include "tests/support/temporary_folder.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

namespace segue::control {
namespace {

namespace fs = std::filesystem;

class a_folder_of_sockets : public testing::Test {
  protected:
    a_folder_of_sockets() {
        dead = ::fork();
        if (dead == 0) ::_exit(0);
        ::waitpid(dead, nullptr, 0);
    }

    fs::path path(int process_id) const {
        return folder.path() / fmt::format("gh-ost.shop.orders.{}.sock", process_id);
    }
    // As a process that is killed leaves it.
    static void leave_socket(const fs::path& at) {
        const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        at.string().copy(name.sun_path, sizeof(name.sun_path) - 1);
        ASSERT_EQ(::bind(made, reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
        ::close(made);
    }
    static void make_old(const fs::path& at) {
        fs::last_write_time(at, fs::file_time_type::clock::now() - std::chrono::minutes(1));
    }
    bool removed_by_look(const fs::path& one) const {
        remove_abandoned_sockets(folder.path().string());
        return !fs::exists(one);
    }

    const test::temporary_folder folder;
    pid_t dead = 0;
};

TEST_F(a_folder_of_sockets, loses_what_a_killed_process_has_left) {
    leave_socket(path(dead));
    make_old(path(dead));
    leave_socket(folder.path() / "gh-ost.shop.orders.sock");
    make_old(folder.path() / "gh-ost.shop.orders.sock");
    EXPECT_EQ(remove_abandoned_sockets(folder.path().string()),
              std::vector<std::string>{path(dead).string()});
    EXPECT_FALSE(fs::exists(path(dead)));
    EXPECT_TRUE(fs::exists(folder.path() / "gh-ost.shop.orders.sock"))
        << "the next run takes it over";
}

TEST_F(a_folder_of_sockets, keeps_one_that_may_just_be_made) {
    leave_socket(path(dead));
    EXPECT_FALSE(removed_by_look(path(dead))) << "it is new";
    leave_socket(path(::getpid()));
    make_old(path(::getpid()));
    EXPECT_FALSE(removed_by_look(path(::getpid()))) << "its process is there";
}

TEST_F(a_folder_of_sockets, keeps_one_that_is_served) {
    const command_server serves({.unix_path = path(dead).string()},
                                [](std::string_view) { return ""; });
    make_old(path(dead));
    EXPECT_FALSE(removed_by_look(path(dead)));
}

TEST_F(a_folder_of_sockets, keeps_what_is_no_socket_of_ours) {
    std::ofstream(path(dead)) << "precious";
    make_old(path(dead));
    EXPECT_FALSE(removed_by_look(path(dead)));
    const fs::path others = folder.path() / fmt::format("other.{}.sock", dead);
    leave_socket(others);
    make_old(others);
    EXPECT_FALSE(removed_by_look(others));
    EXPECT_TRUE(remove_abandoned_sockets((folder.path() / "none").string()).empty());
}

}  // namespace
}  // namespace segue::control
