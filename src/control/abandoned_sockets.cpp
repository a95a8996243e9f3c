#include "src/control/abandoned_sockets.hpp"

#include "src/control/client.hpp"
#include "src/control/socket_path.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <sys/stat.h>

namespace segue::control {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t seconds_old = 10;

bool is_there(int process_id) {
    return ::kill(process_id, 0) == 0 || errno != ESRCH;
}

bool is_old_socket_of_ours(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode) &&
           found.st_uid == ::geteuid() && std::time(nullptr) - found.st_mtime > seconds_old;
}

}  // namespace

std::vector<std::string> remove_abandoned_sockets(const std::string& folder) {
    std::vector<std::string> removed;
    std::error_code failure;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure)) {
        const std::string path = at->path().string();
        const auto process_id = process_id_in_socket_name(at->path().filename().string());
        if (!process_id || !is_old_socket_of_ours(path) || is_there(*process_id)) continue;
        try {
            if (!is_served(path) && ::unlink(path.c_str()) == 0) removed.push_back(path);
        } catch (const std::exception&) {
            // Whether it is served cannot be known, so it stays.
        }
    }
    return removed;
}

}  // namespace segue::control
