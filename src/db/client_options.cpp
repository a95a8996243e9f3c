#include "src/db/client_options.hpp"

#include "src/base/error.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/mman.h>

namespace segue::db {
namespace {

error cannot_be_made(int number) {
    return error(fmt::format("an option file for the client library cannot be made: {}",
                             std::generic_category().message(number)));
}

}  // namespace

client_options::client_options(const std::string& fingerprint) {
    descriptor_ = ::memfd_create("segue-client-options", MFD_CLOEXEC);
    path_ = fmt::format("/proc/self/fd/{}", descriptor_);
    // Where there is no /proc the library would find no file, and say nothing.
    if (descriptor_ < 0 || ::access(path_.c_str(), R_OK) != 0) {
        if (descriptor_ >= 0) ::close(descriptor_);
        path_ = (std::filesystem::temp_directory_path() / "segue-client-options.XXXXXX").string();
        descriptor_ = ::mkstemp(path_.data());
        if (descriptor_ < 0) throw cannot_be_made(errno);
        on_disk_ = true;
    }
    std::string text =
        fmt::format("[{}]\nrestricted-auth=caching_sha2_password,mysql_native_password\n", group);
    if (!fingerprint.empty()) text += fmt::format("ssl-fp={}\n", fingerprint);
    if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        const int number = errno;
        if (on_disk_) ::unlink(path_.c_str());
        ::close(descriptor_);
        throw cannot_be_made(number);
    }
}

client_options::~client_options() {
    if (on_disk_) ::unlink(path_.c_str());
    ::close(descriptor_);
}

}  // namespace segue::db
