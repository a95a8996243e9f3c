#include "cli/login/surroundings.hpp"

#include "cli/login/ask_password.hpp"
#include "cli/login/version.hpp"
#include "src/base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <sys/stat.h>

namespace segue::cli {
namespace {

std::string text_of_file(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw error(std::generic_category().message(EISDIR));
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw error(errno != 0 ? std::generic_category().message(errno) : "it cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names_in_folder(const std::string& path) {
    std::error_code failure;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator at(path, failure), end; !failure && at != end;
         at.increment(failure))
        names.push_back(at->path().filename().string());
    if (failure) throw error(failure.message());
    return names;
}

// As MySQL's programs do: what anybody may write to is passed over.
std::optional<own_option_file> own_file() {
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') return std::nullopt;
    own_option_file found{.path = std::string(home) + "/.my.cnf"};
    struct stat seen {};
    if (::stat(found.path.c_str(), &seen) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        found.not_used_because = std::generic_category().message(errno);
    } else if (!S_ISREG(seen.st_mode)) {
        return std::nullopt;
    } else if ((seen.st_mode & S_IWOTH) != 0) {
        found.not_used_because = "anybody may write to it (chmod o-w)";
    }
    return found;
}

}  // namespace

surroundings surroundings::of_process() {
    return {.variables = [](const std::string& name) -> std::optional<std::string> {
                const char* value = std::getenv(name.c_str());
                if (value == nullptr) return std::nullopt;
                return value;
            },
            .ask_password = cli::ask_password,
            .read_file = text_of_file,
            .list_folder = names_in_folder,
            .version = version_text(),
            .own_option_file = own_file};
}

}  // namespace segue::cli
