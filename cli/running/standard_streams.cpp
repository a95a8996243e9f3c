#include "cli/running/standard_streams.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <initializer_list>
#include <unistd.h>

namespace segue::cli {
namespace {

constexpr int exit_unfit = 1;

bool is_closed(int descriptor) noexcept {
    return ::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF;
}

}  // namespace

void secure_standard_streams() noexcept {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (!is_closed(descriptor)) continue;
        // The lowest free number is this one, those below it being open. What is written or read
        // fails, as it does where the descriptor is closed.
        int opened = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        // In a place without devices anything else does that cannot be written to.
        if (opened < 0) opened = ::open("/", O_RDONLY | O_DIRECTORY);
        if (opened != descriptor) ::_exit(exit_unfit);
    }
    for (const int number : {SIGPIPE, SIGXFSZ}) std::signal(number, SIG_IGN);
}

}  // namespace segue::cli
