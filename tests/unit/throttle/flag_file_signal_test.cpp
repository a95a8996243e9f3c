#include "throttle/signals/flag_file_signal.hpp"

#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

namespace fs = std::filesystem;

class a_flag_file_signal : public testing::Test {
  protected:
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    void touch(const std::string& name) const { std::ofstream(path(name)).put('\n'); }

    const test::temporary_folder folder_;
};

TEST_F(a_flag_file_signal, throttles_while_the_file_exists) {
    flag_file_signal signal({path("flag")});
    EXPECT_EQ(signal.evaluate(), std::nullopt);
    touch("flag");
    EXPECT_EQ(signal.evaluate(), "flag-file");
    fs::remove(path("flag"));
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

TEST_F(a_flag_file_signal, any_of_several_files_throttles) {
    flag_file_signal signal({path("one"), path("two")});
    EXPECT_EQ(signal.evaluate(), std::nullopt);
    touch("two");
    EXPECT_EQ(signal.evaluate(), "flag-file");
}

TEST_F(a_flag_file_signal, a_folder_is_a_flag_too) {
    flag_file_signal signal({path("folder")});
    fs::create_directory(path("folder"));
    EXPECT_EQ(signal.evaluate(), "flag-file");
}

TEST_F(a_flag_file_signal, a_missing_folder_above_the_file_is_fine) {
    touch("file");
    flag_file_signal signal({path("no/such/flag"), path("file/flag")});
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

TEST_F(a_flag_file_signal, a_path_that_cannot_be_looked_at_throttles) {
    // A circle of links, since no permission is denied to root.
    fs::create_symlink(path("circle"), path("circle"));
    flag_file_signal signal({path("circle/flag")});
    EXPECT_EQ(signal.evaluate(), "flag-file");
    fs::remove(path("circle"));
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

}  // namespace
}  // namespace segue::throttle
