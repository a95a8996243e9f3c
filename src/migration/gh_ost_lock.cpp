#include "src/migration/gh_ost_lock.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/earlier/gh_ost.hpp"

#include <chrono>
#include <utility>

namespace segue::migration {
namespace {

// Well within the time after which the server ends a session that it has not heard of.
constexpr std::chrono::milliseconds look_interval{2'000};

}  // namespace

bool gh_ost_lock::is_held() noexcept {
    try {
        if (session_) session_->execute("DO 1");
    } catch (const std::exception& failure) {
        log::info("the connection that has gh-ost's lock was lost: {}", failure.what());
        session_.reset();
        held_ = false;
    }
    return held_;
}

std::string gh_ost_lock::try_to_take() {
    using kind = earlier::gh_ost_lock_holder::kind;
    try {
        if (!session_) session_.emplace(sessions_.connect(db::session_role::beat));
        const auto holder = earlier::take_gh_ost_lock(*session_, original_);
        held_ = holder.of == kind::this_session;
        return holder.of == kind::somebody_else ? earlier::words_of(*session_, original_, holder)
                                                : "";
    } catch (const std::exception& failure) {
        log::info("gh-ost's lock cannot be taken: {}", failure.what());
        session_.reset();
        return "";
    }
}

void gh_ost_lock::take() noexcept {
    static_cast<void>(try_to_take());
}

void gh_ost_lock::keep(std::stop_token stop) {
    bool told = false;
    for (;;) {
        pause_for(look_interval, stop);
        if (is_held()) continue;
        const std::string other = try_to_take();
        if (!other.empty() && !told)
            tell_(other +
                  ", which it took while this run's connection was lost. Nothing of this run is "
                  "given up: end that gh-ost before it does anything to the tables.");
        told = !other.empty();
    }
}

}  // namespace segue::migration
