#include "src/hooks/hook_run.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"

#include <csignal>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace segue::hooks {

using std::chrono::minutes;

hook_run::hook_run(hook_event event, std::vector<std::string> files,
                   std::vector<std::string> environment, surroundings around)
    : event_(event),
      files_(std::move(files)),
      environment_(std::move(environment)),
      around_(std::move(around)) {}

// By the machine's time: a clock that a test steps may stand still.
hook_run::~hook_run() {
    if (!process_) return;
    constexpr std::chrono::milliseconds turn{10};
    try {
        const bool ended = process_->has_ended();
        if (!ended || asked_to_end_) {
            ask_to_end();
            for (const auto until = std::chrono::steady_clock::now() + grace;
                 !process_->has_ended_with_its_children() &&
                 std::chrono::steady_clock::now() < until;)
                std::this_thread::sleep_for(turn);
            process_->signal(SIGKILL);
        }
    } catch (...) {
        process_->signal(SIGKILL);
    }
}

bool hook_run::advance() {
    for (;;) {
        if (!process_) {
            if (next_ == files_.size()) return true;
            start_next();
        }
        if (asked_to_end_) {
            if (!is_gone()) return false;
            process_.reset();
            throw error(
                fmt::format("the hook {} was ended: it took longer than the {} s of "
                            "--hooks-timeout-seconds",
                            current(), around_.timeout.count()));
        }
        if (!process_->has_ended()) {
            look_at_time();
            return false;
        }
        const std::string failure = process_->failure();
        process_.reset();
        if (!failure.empty())
            throw error(fmt::format("the hook {} failed with {}", current(), failure));
    }
}

void hook_run::ask_to_end() noexcept {
    if (!process_ || asked_to_end_) return;
    asked_to_end_ = around_.clock.now();
    process_->signal(SIGTERM);
}

void hook_run::start_next() {
    const std::string& file = files_[next_++];
    log::info("executing {} hook: {}", name_of(event_), file);
    process_.emplace(file, environment_, around_.take_line);
    began_ = told_ = around_.clock.now();
}

void hook_run::look_at_time() {
    const auto now = around_.clock.now();
    if (around_.timeout.count() > 0 && now - began_ >= around_.timeout) return ask_to_end();
    if (now - told_ < told_every) return;
    told_ = now;
    const auto at_work = std::chrono::duration_cast<minutes>(now - began_).count();
    around_.tell(fmt::format("the hook {} has been at work for {} minute{}, and is waited for{}",
                             current(), at_work, at_work == 1 ? "" : "s",
                             around_.timeout.count() > 0
                                 ? fmt::format(" until {} s have passed", around_.timeout.count())
                                 : ""));
}

bool hook_run::is_gone() {
    const bool gone = process_->has_ended_with_its_children();
    if (!gone && around_.clock.now() - *asked_to_end_ < grace) return false;
    process_->signal(SIGKILL);
    return true;
}

}  // namespace segue::hooks
