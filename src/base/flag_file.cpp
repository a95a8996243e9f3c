#include "src/base/flag_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace segue {

namespace {

// A folder or a device would hold for ever, and is nothing to be removed. Empty: it may become
// one, or is one.
std::string why_it_is_no_file(const std::string& path) {
    std::error_code failure;
    const auto found = std::filesystem::status(path, failure);
    if (failure || !std::filesystem::exists(found) || std::filesystem::is_regular_file(found))
        return {};
    return std::filesystem::is_directory(found) ? "it is a folder, and no file"
                                                : "it is there, and is no regular file";
}

}  // namespace

flag_file_state look_at_flag_file(const std::string& path) {
    std::error_code failure;
    const bool exists = std::filesystem::exists(path, failure);
    if (failure) return {.set = true, .unknown_because = failure.message()};
    return {.set = exists, .unknown_because = {}};
}

bool is_known_to_be_there(const std::string& path) {
    const flag_file_state state = look_at_flag_file(path);
    return state.set && state.unknown_because.empty();
}

std::string make_flag_file(const std::string& path) {
    if (auto why = why_it_is_no_file(path); !why.empty()) return why;
    // Whoever made it may not let us write.
    if (const auto state = look_at_flag_file(path); state.set) return state.unknown_because;
    const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (made < 0) return std::generic_category().message(errno);
    ::close(made);
    return {};
}

std::string why_flag_file_cannot_be_made(const std::string& path) {
    namespace fs = std::filesystem;
    if (auto why = why_it_is_no_file(path); !why.empty()) return why;
    if (const auto state = look_at_flag_file(path); state.set) return state.unknown_because;
    fs::path file(path);
    std::error_code no_link;
    if (const auto target = fs::read_symlink(file, no_link); !no_link)
        file = file.parent_path() / target;
    if (!file.has_filename()) return std::generic_category().message(EISDIR);
    // Nobody may take it for the flag file, nor see that one come and go.
    std::string probe = (file.parent_path() / ".segue.XXXXXX").string();
    const int made = ::mkostemp(probe.data(), O_CLOEXEC);
    if (made < 0) return std::generic_category().message(errno);
    ::close(made);
    ::unlink(probe.c_str());
    return {};
}

flag_file_watch::flag_file_watch(std::string path) : path_(std::move(path)) {}

flag_file_watch::look flag_file_watch::look_again() {
    const flag_file_state now = look_at_flag_file(path_);
    look made{.set = now.set, .news = std::nullopt};
    if (now.unknown_because == told_) return made;
    made.news = now.unknown_because.empty()
                    ? fmt::format("the flag file {} can be looked at again: it is {}", path_,
                                  now.set ? "there" : "not there")
                    : fmt::format("the flag file {} cannot be looked at ({}): it counts as there",
                                  path_, now.unknown_because);
    told_ = now.unknown_because;
    return made;
}

}  // namespace segue
