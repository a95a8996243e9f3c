#include "src/base/flag_file.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace segue {

flag_file_state look_at_flag_file(const std::string& path) {
    std::error_code failure;
    const bool exists = std::filesystem::exists(path, failure);
    if (failure) return {.set = true, .unknown_because = failure.message()};
    return {.set = exists, .unknown_because = {}};
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
