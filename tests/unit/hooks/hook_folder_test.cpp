#include "src/hooks/hook_folder.hpp"

#include "src/base/error.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::hooks {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

class a_hook_folder : public testing::Test {
  protected:
    std::string add(const std::string& name, fs::perms mode = fs::perms::owner_all) const {
        const fs::path path = folder.path() / name;
        std::ofstream(path) << "#!/bin/sh\n";
        fs::permissions(path, mode);
        return path;
    }
    std::string refusal() const { return refusal_of(folder.path()); }
    static std::string refusal_of(const fs::path& path) {
        try {
            hook_folder(path).check();
        } catch (const error& failure) {
            return failure.what();
        }
        return "";
    }

    const test::temporary_folder folder;
};

TEST_F(a_hook_folder, has_a_file_run_for_the_event_that_its_name_begins_with) {
    const std::string second = add("gh-ost-on-status-b");
    const std::string third = add("segue-on-status");
    const std::string first = add("gh-ost-on-status-a.sh");
    add("gh-ost-on-startup");
    add("README");
    add("on-status");
    const hook_folder hooks(folder.path());
    EXPECT_THAT(hooks.check(), IsEmpty());
    EXPECT_THAT(hooks.files_for(hook_event::status), ElementsAre(first, second, third));
    EXPECT_THAT(hooks.files_for(hook_event::success), IsEmpty());
}

TEST_F(a_hook_folder, has_them_run_in_the_order_of_their_names_whatever_the_file_system_says) {
    std::vector<std::string> paths;
    for (const char last : std::string("qmxbzafkpwcd"))
        paths.push_back(add(std::string("gh-ost-on-status-") + last));
    std::ranges::sort(paths);
    EXPECT_THAT(hook_folder(folder.path()).files_for(hook_event::status), ElementsAreArray(paths));
}

TEST_F(a_hook_folder, knows_each_of_gh_osts_names_for_one_event) {
    for (const hook_event event : all_hook_events) {
        int fits = 0;
        for (const hook_event other : all_hook_events)
            fits += is_hook_for(other, "gh-ost-on-" + std::string(name_of(event))) ? 1 : 0;
        EXPECT_EQ(fits, 1) << name_of(event);
    }
}

TEST_F(a_hook_folder, is_refused_where_a_hook_cannot_be_executed) {
    add("segue-on-validated", fs::perms::owner_read | fs::perms::owner_write);
    fs::create_directory(folder.path() / "gh-ost-on-success");
    fs::create_symlink(folder.path() / "nowhere", folder.path() / "gh-ost-on-failure");
    add("gh-ost-on-startup");
    const std::string told = refusal();
    EXPECT_THAT(told, HasSubstr("segue-on-validated cannot be executed: Permission denied"));
    EXPECT_THAT(told, HasSubstr("gh-ost-on-success cannot be executed: it is no regular file"));
    EXPECT_THAT(told, HasSubstr("gh-ost-on-failure cannot be executed: No such file"));
    EXPECT_EQ(told.find("gh-ost-on-startup"), std::string::npos);
}

TEST_F(a_hook_folder, is_refused_where_it_is_not_there) {
    const auto nowhere = folder.path() / "nowhere";
    EXPECT_THAT(refusal_of(nowhere), HasSubstr("nowhere (No such file or directory)"));
    EXPECT_THROW(hook_folder(nowhere).files_for(hook_event::startup), error)
        << "who was to be asked is not passed over";
    EXPECT_THAT(hook_folder("").files_for(hook_event::startup), IsEmpty());
}

TEST_F(a_hook_folder, tells_of_a_name_that_is_no_hooks) {
    add("gh-ost-on-sucess", fs::perms::owner_read);
    EXPECT_THAT(hook_folder(folder.path()).check(),
                ElementsAre(HasSubstr("gh-ost-on-sucess is never run: there is no hook of that "
                                      "name; success is one")));
}

}  // namespace
}  // namespace segue::hooks
