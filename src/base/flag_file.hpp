#pragma once

#include <optional>
#include <string>

namespace segue {

/// What is known of a file whose mere existence asks for something.
struct flag_file_state {
    /// The file is there; also where that cannot be known, as going on would be the one mistake
    /// that cannot be undone.
    bool set = false;
    std::string unknown_because;  ///< Why it cannot be looked at; empty: it is known.
};

/// Looks whether the file is there. A missing file, or a missing folder above it, is no failure.
/// `path` is not empty.
/// Blocks as long as the file system does. Does not throw for what a file system can answer.
flag_file_state look_at_flag_file(const std::string& path);

/// Whether the file is there beyond doubt: for what a file asks for that cannot be taken back.
/// `path` is not empty. Blocks and throws as look_at_flag_file().
bool is_known_to_be_there(const std::string& path);

/// Makes the file, empty, unless it is there. Why it cannot be made, also as what has its name is
/// no regular file; empty: it is there now.
std::string make_flag_file(const std::string& path);

/// Why make_flag_file() could not make it, found out by another file that is made beside it for a
/// moment; empty: it could.
std::string why_flag_file_cannot_be_made(const std::string& path);

/// A flag file that is looked at again and again. Threads: one.
class flag_file_watch {
  public:
    explicit flag_file_watch(std::string path);

    struct look {
        bool set = false;
        /// To be told to the operator: that it cannot be looked at, and what it counts as; that
        /// this has changed since the last look. Once for each change.
        std::optional<std::string> news;
    };
    /// Blocks as long as the file system does.
    look look_again();

    const std::string& path() const noexcept { return path_; }

  private:
    const std::string path_;
    std::string told_;  // the unknown_because that was told last
};

}  // namespace segue
