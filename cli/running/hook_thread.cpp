#include "cli/running/hook_thread.hpp"

#include "cli/running/answers.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"

#include <exception>
#include <pthread.h>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using hooks::hook_event;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds turn{100};            // of what is looked at by time
constexpr milliseconds turn_with_hooks{20};  // while some are at work

}  // namespace

hook_thread::hook_thread(hook_calls& calls, told_run of) : calls_(calls), of_(std::move(of)) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "hooks");
        watch(stop);
    });
}

hook_thread::~hook_thread() {
    thread_.request_stop();
    thread_.join();
}

void hook_thread::answer(std::string_view line, control::command_server::reply to) {
    const std::lock_guard lock(mutex_);
    arrived_.push_back({.line = std::string(line), .to = std::move(to)});
    changed_.notify_all();
}

void hook_thread::watch(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        for (command& one : arrived(stop)) commands_.push_back(std::move(one));
        for (command& one : commands_) go_on(one);
        std::erase_if(commands_, [](const command& one) { return one.answered; });
        look_at_copy_failures();
        look_at_status();
    }
    // All at once, so that they end within one grace.
    for (command& one : commands_)
        if (one.run) one.run->ask_to_end();
    for (const auto* run : {&status_, &copy_retry_})
        if (*run) (*run)->ask_to_end();
    commands_.clear();
    status_.reset();
    copy_retry_.reset();
}

std::vector<hook_thread::command> hook_thread::arrived(const std::stop_token& stop) {
    const bool at_work = !commands_.empty() || status_ || copy_retry_;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, at_work ? turn_with_hooks : turn,
                      [this] { return !arrived_.empty(); });
    return std::exchange(arrived_, {});
}

void hook_thread::go_on(command& one) {
    try {
        if (!one.run)
            one.run = calls_.begin(hook_event::interactive_command,
                                   {{"COMMAND", command_named_in(one.line)}});
        if (!one.run->advance()) return;
        one.to(of_.answer(one.line));
    } catch (const std::exception& failure) {
        const std::string why = fmt::format("the command is refused: {}", failure.what());
        log::write_at_once(log::level::warning, why);
        one.to(refused_answer(one.line, why));
    }
    one.answered = true;
}

// gh-ost's rule: in a second that has a status line and can be divided by the interval.
void hook_thread::look_at_status() {
    advance_ignored(status_);
    const auto every = calls_.status_interval();
    const auto second = std::chrono::duration_cast<seconds>(of_.elapsed());
    if (every.count() == 0 || second <= status_told_ || second.count() % every.count() != 0) return;
    const auto line = status_ ? std::nullopt : of_.status_line();
    if (!line) return;
    status_told_ = second;
    status_ = begin_ignored(hook_event::status, {{"STATUS", *line}});
}

void hook_thread::look_at_copy_failures() {
    advance_ignored(copy_retry_);
    if (copy_retry_) return;
    if (auto failed = calls_.take_copy_failure())
        copy_retry_ = begin_ignored(hook_event::batch_copy_retry,
                                    {{"LAST_BATCH_COPY_ERROR", std::move(*failed)}});
}

std::unique_ptr<hooks::hook_run> hook_thread::begin_ignored(hook_event event,
                                                            hooks::hook_variables more) const {
    try {
        return calls_.begin(event, std::move(more));
    } catch (const std::exception& failure) {
        log::write_at_once(log::level::warning, failure.what());
        return nullptr;
    }
}

void hook_thread::advance_ignored(std::unique_ptr<hooks::hook_run>& run) const {
    if (!run) return;
    try {
        if (!run->advance()) return;
    } catch (const std::exception& failure) {
        log::write_at_once(log::level::warning, fmt::format("{}; the run goes on", failure.what()));
    }
    run.reset();
}

}  // namespace segue::cli
