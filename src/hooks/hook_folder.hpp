#pragma once

#include "src/hooks/hook_event.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::hooks {

/// The folder of --hooks-path, which may be empty: then there are no hooks. It is read anew each
/// time, so that files may come and go while a migration runs.
/// Threads: any. Everything blocks as the file system does.
class hook_folder {
  public:
    explicit hook_folder(std::string path) : path_(std::move(path)) {}

    bool given() const noexcept { return !path_.empty(); }

    /// Throws segue::error, with every reason, where the folder cannot be read or a hook cannot be
    /// executed. Returns what the operator should know: names that are no hook's.
    std::vector<std::string> check() const;

    /// The paths of the hooks for `event`, in the order of their names. Throws segue::error where
    /// the folder cannot be read: who was to be asked is not passed over.
    std::vector<std::string> files_for(hook_event event) const;

  private:
    std::vector<std::string> names() const;
    std::string path_of(std::string_view name) const;

    const std::string path_;
};

/// Whether a file of this name is run for `event`. Pure.
bool is_hook_for(hook_event event, std::string_view file_name);

}  // namespace segue::hooks
