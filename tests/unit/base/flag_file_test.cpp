#include "src/base/flag_file.hpp"

#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class a_flag_file : public testing::Test {
  protected:
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    const test::temporary_folder folder_;
};

TEST_F(a_flag_file, is_there_or_not) {
    EXPECT_FALSE(look_at_flag_file(path("flag")).set);
    EXPECT_FALSE(look_at_flag_file(path("no/such/folder")).set);
    std::ofstream(path("flag")).put('\n');
    EXPECT_TRUE(look_at_flag_file(path("flag")).set);
    EXPECT_FALSE(look_at_flag_file(path("flag/below")).set);
    EXPECT_EQ(look_at_flag_file(path("flag/below")).unknown_because, "");
}

TEST_F(a_flag_file, whether_it_can_be_made_is_known_without_making_it) {
    EXPECT_EQ(why_flag_file_cannot_be_made(path("flag")), "");
    EXPECT_TRUE(fs::is_empty(folder_.path()));
    for (const auto& name : {path("no/such/folder"), path("flag/"), path(std::string(300, 'x')),
                             std::string("/proc/segue")}) {
        EXPECT_NE(why_flag_file_cannot_be_made(name), "") << name;
        EXPECT_NE(make_flag_file(name), "") << name;
    }
    fs::create_symlink(path("no/target"), path("link"));
    EXPECT_NE(why_flag_file_cannot_be_made(path("link")), "");
    EXPECT_EQ(make_flag_file(path("flag")), "");
    EXPECT_TRUE(fs::exists(path("flag")));
    EXPECT_EQ(make_flag_file(path("flag")), "");
    EXPECT_EQ(why_flag_file_cannot_be_made(path("flag")), "");
}

TEST_F(a_flag_file, is_no_folder_and_no_device) {
    fs::create_symlink(folder_.path(), path("link"));
    for (const auto& name : {folder_.path().string(), path("link"), std::string("/dev/null")}) {
        EXPECT_THAT(make_flag_file(name), HasSubstr("file")) << name;
        EXPECT_THAT(why_flag_file_cannot_be_made(name), HasSubstr("file")) << name;
    }
    std::ofstream(path("file")).put('\n');
    fs::create_symlink(path("file"), path("link to a file"));
    EXPECT_EQ(make_flag_file(path("link to a file")), "");
}

TEST_F(a_flag_file, a_link_to_nothing_is_not_there) {
    fs::create_symlink(path("nothing"), path("link"));
    EXPECT_FALSE(look_at_flag_file(path("link")).set);
}

TEST_F(a_flag_file, counts_as_there_where_it_cannot_be_looked_at) {
    fs::create_symlink(path("circle"), path("circle"));
    for (const auto& unknown : {path("circle"), path("circle/flag"), path(std::string(300, 'x'))}) {
        const auto state = look_at_flag_file(unknown);
        EXPECT_TRUE(state.set) << unknown;
        EXPECT_NE(state.unknown_because, "") << unknown;
    }
}

TEST_F(a_flag_file, is_told_once_when_it_cannot_be_looked_at_and_once_when_it_can) {
    flag_file_watch watch(path("flag"));
    EXPECT_EQ(watch.look_again().news, std::nullopt);
    fs::create_symlink(path("flag"), path("flag"));
    const auto first = watch.look_again();
    EXPECT_TRUE(first.set);
    EXPECT_THAT(first.news.value_or(""), HasSubstr(path("flag") + " cannot be looked at"));
    EXPECT_TRUE(watch.look_again().set);
    EXPECT_EQ(watch.look_again().news, std::nullopt);
    fs::remove(path("flag"));
    const auto after = watch.look_again();
    EXPECT_FALSE(after.set);
    EXPECT_THAT(after.news.value_or(""), HasSubstr("can be looked at again: it is not there"));
    EXPECT_EQ(watch.look_again().news, std::nullopt);
}

}  // namespace
}  // namespace segue
