#include "cli/surroundings.hpp"

#include "cli/ask_password.hpp"
#include "cli/version.hpp"
#include "src/base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

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
            .version = version_text()};
}

}  // namespace segue::cli
