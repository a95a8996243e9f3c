#include "throttle/outage_notice.hpp"

#include "src/base/log.hpp"
#include "src/wire/server_failure.hpp"

#include <fmt/format.h>

namespace segue::throttle {

void outage_notice::failed(const error& failure) {
    if (told_ || failure.connection_lost() || wire::passes_by_itself(failure)) return;
    told_ = true;
    log::write(log::level::warning,
               fmt::format("{} cannot be read, and that throttles until it can: {}", what_,
                           failure.what()));
}

void outage_notice::over() {
    if (!told_) return;
    told_ = false;
    log::write(log::level::warning, fmt::format("{} can be read again", what_));
}

}  // namespace segue::throttle
