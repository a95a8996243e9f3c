#include "cli/remote.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::HasSubstr;

struct ended_command {
    int code;
    std::string told;
};

ended_command ended(const std::vector<std::string>& arguments) {
    testing::internal::CaptureStderr();
    const auto code = run_remote(arguments);
    return {.code = code.value_or(-1), .told = testing::internal::GetCapturedStderr()};
}

// `help`: where a test fails it must not end a run of somebody else's.
TEST(commands_to_a_run, go_to_the_host_that_is_named_or_nowhere) {
    for (const std::vector<std::string>& without_port :
         {std::vector<std::string>{"ctl", "--host", "db1", "help"},
          {"ctl", "help", "--host=db1"},
          {"status", "--host", "db1"},
          {"status", "--json", "--host=db1"}}) {
        const auto end = ended(without_port);
        EXPECT_EQ(end.code, 2) << end.told;
        EXPECT_THAT(end.told, HasSubstr("--host requires --port"));
    }
    // Nobody listens on it, which is said of this place and of no socket.
    const auto asked = ended({"ctl", "--host", "127.0.0.1", "--port", "1", "status"});
    EXPECT_EQ(asked.code, 1);
    EXPECT_THAT(asked.told, HasSubstr("127.0.0.1:1: nobody takes commands there"));
}

TEST(commands_to_a_run, go_nowhere_where_the_place_is_empty) {
    for (const std::vector<std::string>& empty :
         {std::vector<std::string>{"ctl", "--socket=", "help"},
          {"ctl", "--host=", "--port=3333", "help"},
          {"ctl", "--host=db1", "--port=0", "help"},
          {"ctl", "--port=", "help"},
          {"status", "--socket", ""}})
        EXPECT_EQ(ended(empty).code, 2) << testing::PrintToString(empty);
}

}  // namespace
}  // namespace segue::cli
