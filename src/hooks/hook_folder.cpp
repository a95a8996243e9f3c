#include "src/hooks/hook_folder.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/base/refusal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

namespace segue::hooks {
namespace {

constexpr std::array<std::string_view, 2> prefixes{"gh-ost-on-", "segue-on-"};

// What stands behind the prefix; empty: there is none of ours.
std::string_view behind_prefix(std::string_view file_name) {
    for (const std::string_view prefix : prefixes)
        if (file_name.starts_with(prefix)) return file_name.substr(prefix.size());
    return {};
}

// Empty: it can be executed.
std::string why_not_executable(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return std::generic_category().message(errno);
    if (!S_ISREG(found.st_mode)) return "it is no regular file";
    if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0)
        return std::generic_category().message(errno);
    return "";
}

std::string unknown_name(const std::string& path, std::string_view ending) {
    std::vector<std::string> known;
    for (const hook_event event : all_hook_events) known.emplace_back(name_of(event));
    const auto near = nearest_names(ending, known, 1);
    return fmt::format("{} is never run: there is no hook of that name{}", path,
                       near.empty() ? "" : fmt::format("; {} is one", near.front()));
}

}  // namespace

bool is_hook_for(hook_event event, std::string_view file_name) {
    return behind_prefix(file_name).starts_with(name_of(event));
}

std::vector<std::string> hook_folder::check() const {
    std::vector<std::string> notices;
    std::vector<refusal> refusals;
    for (const std::string& name : names()) {
        const auto ending = behind_prefix(name);
        if (ending.empty()) continue;
        const std::string path = path_of(name);
        if (std::ranges::none_of(all_hook_events,
                                 [&](hook_event event) { return is_hook_for(event, name); }))
            notices.push_back(unknown_name(path, ending));
        else if (const auto why = why_not_executable(path); !why.empty())
            refusals.push_back({fmt::format("the hook {} cannot be executed: {}", path, why),
                                "Make it executable (chmod +x), or take it away."});
    }
    throw_refusals(refusals);
    return notices;
}

std::vector<std::string> hook_folder::files_for(hook_event event) const {
    std::vector<std::string> paths;
    for (const std::string& name : names())
        if (is_hook_for(event, name)) paths.push_back(path_of(name));
    return paths;
}

std::vector<std::string> hook_folder::names() const {
    std::vector<std::string> found;
    if (!given()) return found;
    std::error_code failure;
    for (std::filesystem::directory_iterator at(path_, failure), end; !failure && at != end;
         at.increment(failure))
        found.push_back(at->path().filename().string());
    if (failure)
        throw error(fmt::format("the folder of --hooks-path cannot be read: {} ({})", path_,
                                failure.message()));
    std::ranges::sort(found);
    return found;
}

std::string hook_folder::path_of(std::string_view name) const {
    return fmt::format("{}{}{}", path_, path_.ends_with('/') ? "" : "/", name);
}

}  // namespace segue::hooks
