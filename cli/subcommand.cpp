#include "cli/subcommand.hpp"

#include "cli/running/closing.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/refused_as.hpp"

#include <cstdio>
#include <utility>

namespace segue::cli {

int run_subcommand(bool json, const std::function<int()>& work,
                   const std::function<std::string(const std::string& why)>& json_of_failure) {
    std::string why = "stopped by a signal";
    try {
        return work();
    } catch (const stopped&) {
        // It was asked for.
    } catch (const error& failure) {
        why = failure.what();
    }
    why = refused_as("this cannot be done as asked:", std::move(why));
    log::write(log::level::fatal, why);
    if (json) std::fputs((json_of_failure(why) + "\n").c_str(), stdout);
    return 1;
}

int unless_unwritten(int code) {
    if (written_out()) return code;
    log::write(log::level::fatal, "what was found, or done, could not be written to stdout");
    return 1;
}

}  // namespace segue::cli
