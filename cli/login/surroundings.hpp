#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace segue::cli {

/// The value of an environment variable; empty if it is not set.
using environment = std::function<std::optional<std::string>(const std::string&)>;

/// ~/.my.cnf, which is there.
struct own_option_file {
    std::string path;
    std::string not_used_because = {};  ///< Empty: it may be read.
};

/// The world outside of the arguments, so that tests can stand in for it.
struct surroundings {
    environment variables;
    std::function<std::string()> ask_password;
    /// The text of a file. Throws error.
    std::function<std::string(const std::string& path)> read_file;
    /// The names of what a folder holds, in any order. Throws error.
    std::function<std::vector<std::string>(const std::string& path)> list_folder;
    std::string version;  ///< What --version prints.
    /// Unset: there is none.
    std::function<std::optional<cli::own_option_file>()> own_option_file = [] {
        return std::nullopt;
    };

    static surroundings of_process();
};

}  // namespace segue::cli
