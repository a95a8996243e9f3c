#pragma once

#include "cli/command_line/options.hpp"
#include "src/base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {

/// A command line in a world of its own.
class a_command_line : public testing::Test {
  protected:
    command_line read(const std::vector<std::string>& arguments) {
        return read_command_line(
            arguments, {.variables = [this](const std::string& name) -> std::optional<std::string> {
                            const auto found = variables_.find(name);
                            if (found == variables_.end()) return std::nullopt;
                            return found->second;
                        },
                        .ask_password =
                            [this] {
                                ++asked_;
                                return std::string("asked");
                            },
                        .read_file =
                            [this](const std::string& path) {
                                const auto found = files_.find(path);
                                if (found == files_.end()) throw error("no such file");
                                return found->second;
                            },
                        .list_folder = [](const std::string&) -> std::vector<std::string> {
                            throw error("no such folder");
                        },
                        .version = "1.2.3 (git commit: abc)",
                        .own_option_file = [this] { return own_; }});
    }

    /// With what every run needs, but for the user.
    command_line read_without_user(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {"--database", "d", "--table", "t", "--alter", "ADD a INT"});
        return read(arguments);
    }

    /// With what every run needs.
    command_line read_complete(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--user", "me"});
        return read_without_user(std::move(arguments));
    }

    options run(const std::vector<std::string>& arguments) {
        auto result = read_complete(arguments);
        EXPECT_EQ(result.fatal, "");
        EXPECT_EQ(result.output, "");
        EXPECT_THAT(result.notices, testing::IsEmpty());
        if (!result.run) throw error("the command line was not taken");
        return *std::move(result.run);
    }

    std::string fatal(const std::vector<std::string>& arguments) {
        const auto result = read_complete(arguments);
        EXPECT_EQ(result.exit_code, 1);
        EXPECT_FALSE(result.run);
        return result.fatal;
    }

    std::string only_notice(const std::vector<std::string>& arguments) {
        const auto result = read_complete(arguments);
        EXPECT_TRUE(result.run);
        EXPECT_EQ(result.notices.size(), 1U);
        return result.notices.empty() ? "" : result.notices[0];
    }

    std::map<std::string, std::string> variables_;
    std::map<std::string, std::string> files_;
    std::optional<own_option_file> own_;
    int asked_ = 0;
};

}  // namespace segue::cli
