#include "throttle/flag_file_signal.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

namespace fs = std::filesystem;

class FlagFileSignal : public testing::Test {
  protected:
    FlagFileSignal() {
        std::string pattern = (fs::temp_directory_path() / "throttle.XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        folder_ = pattern;
    }
    ~FlagFileSignal() override { fs::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    void touch(const std::string& name) const { std::ofstream(path(name)).put('\n'); }

    fs::path folder_;
};

TEST_F(FlagFileSignal, ThrottlesWhileTheFileExists) {
    flag_file_signal signal({path("flag")});
    EXPECT_EQ(signal.evaluate(), std::nullopt);
    touch("flag");
    EXPECT_EQ(signal.evaluate(), "flag-file");
    fs::remove(path("flag"));
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

TEST_F(FlagFileSignal, AnyOfSeveralFilesThrottles) {
    flag_file_signal signal({path("one"), path("two")});
    EXPECT_EQ(signal.evaluate(), std::nullopt);
    touch("two");
    EXPECT_EQ(signal.evaluate(), "flag-file");
}

TEST_F(FlagFileSignal, AFolderIsAFlagToo) {
    flag_file_signal signal({path("folder")});
    fs::create_directory(path("folder"));
    EXPECT_EQ(signal.evaluate(), "flag-file");
}

TEST_F(FlagFileSignal, AMissingFolderAboveTheFileIsFine) {
    touch("file");
    flag_file_signal signal({path("no/such/flag"), path("file/flag")});
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

TEST_F(FlagFileSignal, APathThatCannotBeLookedAtThrottles) {
    // A circle of links, since no permission is denied to root.
    fs::create_symlink(path("circle"), path("circle"));
    flag_file_signal signal({path("circle/flag")});
    EXPECT_EQ(signal.evaluate(), "flag-file");
    fs::remove(path("circle"));
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

}  // namespace
}  // namespace segue::throttle
