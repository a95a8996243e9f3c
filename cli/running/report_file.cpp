#include "cli/running/report_file.hpp"

#include "src/base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace segue::cli {
namespace {

namespace fs = std::filesystem;

error cannot(std::string_view what, const std::string& path, int number) {
    return error(
        fmt::format("--report={}: {}: {}", path, what, std::generic_category().message(number)));
}

/// Where links lead, though nothing be there. The system's own bound is as small.
fs::path end_of_links(fs::path path) {
    constexpr int links_max = 40;
    std::error_code failure;
    for (int i = 0; i < links_max && fs::is_symlink(fs::symlink_status(path, failure)); ++i)
        path = path.parent_path() / fs::read_symlink(path, failure);
    return path;
}

/// A file beside `path`, under a name that nobody else has. Removed unless it took that path.
class file_beside {
  public:
    explicit file_beside(const std::string& path) : path_(path), name_(path + ".XXXXXX") {
        descriptor_ = ::mkstemp(name_.data());
        if (descriptor_ < 0) throw cannot("no file can be made in that folder", path_, errno);
    }
    file_beside(const file_beside&) = delete;
    file_beside& operator=(const file_beside&) = delete;
    ~file_beside() {
        if (descriptor_ >= 0) ::close(descriptor_);
        if (!placed_) ::unlink(name_.c_str());
    }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) throw cannot("it cannot be written", path_, errno);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        // As any other file: mkstemp() lets nobody but the owner read it.
        const mode_t mask = ::umask(0);
        ::umask(mask);
        if (::fchmod(descriptor_, 0666 & ~mask) != 0 || ::fsync(descriptor_) != 0)
            throw cannot("it cannot be written", path_, errno);
    }

    void take_place() {
        if (::rename(name_.c_str(), path_.c_str()) != 0)
            throw cannot("it cannot be put in place", path_, errno);
        placed_ = true;
    }

  private:
    const std::string& path_;
    std::string name_;
    int descriptor_ = -1;
    bool placed_ = false;
};

}  // namespace

report_file::report_file(std::string path) : path_(std::move(path)) {
    std::error_code failure;
    const auto there = fs::status(path_, failure);
    if (there.type() != fs::file_type::not_found && there.type() != fs::file_type::regular)
        throw error(fmt::format("--report={}: {}", path_,
                                there.type() == fs::file_type::none
                                    ? failure.message()
                                    : "there is something that is no plain file"));
    path_ = end_of_links(path_).string();
    const file_beside tried(path_);
    if (::unlink(path_.c_str()) != 0 && errno != ENOENT)
        throw cannot("what is there cannot be replaced", path_, errno);
}

void report_file::write(std::string_view text) const {
    file_beside made(path_);
    made.write(text);
    made.take_place();
}

}  // namespace segue::cli
