#include "cli/running/panic_file.hpp"

#include "src/base/error.hpp"
#include "src/base/flag_file.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <pthread.h>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {

void refuse_panic_file(const std::string& path) {
    if (!path.empty() && is_known_to_be_there(path))
        throw error(fmt::format(
            "the file of --panic-flag-file is there: {}. Remove it, and start again", path));
}

panic_file::panic_file(std::string path, std::function<bool(std::string_view)> end_run)
    : path_(std::move(path)), end_run_(std::move(end_run)) {
    if (!path_.empty()) thread_ = std::jthread([this](std::stop_token ended) { watch(ended); });
}

void panic_file::watch(const std::stop_token& ended) {
    pthread_setname_np(pthread_self(), "panic-file");
    std::string told;
    while (!ended.stop_requested()) {
        const flag_file_state now = look_at_flag_file(path_);
        if (now.unknown_because.empty() && now.set &&
            end_run_(fmt::format("the panic flag file {} is there, so the migration ends; remove "
                                 "it before another run",
                                 path_)))
            return;
        if (now.unknown_because != told && !now.unknown_because.empty())
            log::write_at_once(
                log::level::warning,
                fmt::format("the panic flag file {} cannot be looked at ({}), and counts as not "
                            "there: `segue ctl panic` and signals end the run as well",
                            path_, now.unknown_because));
        told = now.unknown_because;
        try {
            pause_for(look_interval, ended);
        } catch (const stopped&) {
            return;
        }
    }
}

}  // namespace segue::cli
