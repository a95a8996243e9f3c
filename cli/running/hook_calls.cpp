#include "cli/running/hook_calls.hpp"

#include "src/base/error.hpp"
#include "src/base/foreign_line.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/wire/renewed_login.hpp"

#include <chrono>
#include <exception>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using hooks::hook_event;
using migration::step;

constexpr std::chrono::milliseconds tick{50};

hook_event event_of(step at) {
    switch (at) {
        case step::startup:
            return hook_event::startup;
        case step::validated:
            return hook_event::validated;
        case step::rowcount_complete:
            return hook_event::rowcount_complete;
        case step::before_row_copy:
            return hook_event::before_row_copy;
        case step::row_copy_complete:
            return hook_event::row_copy_complete;
        case step::begin_postponed:
            return hook_event::begin_postponed;
        case step::before_cut_over:
            return hook_event::before_cut_over;
        case step::stop_replication:
            return hook_event::stop_replication;
        case step::start_replication:
            return hook_event::start_replication;
    }
    throw broken_invariant("each step has an event");
}

// A stop that was asked for before ends no hook that is to tell of it.
std::function<void()> rest_until(const std::stop_token& stop) {
    if (stop.stop_requested()) return [] { std::this_thread::sleep_for(tick); };
    return [stop] { pause_for(tick, stop); };
}

}  // namespace

void hook_calls::pass(step at, const std::function<void()>& meanwhile) {
    // gh-ost has it for a count that was asked for.
    if (at == step::rowcount_complete && !given_.hooks.rowcount) return;
    run(event_of(at), {}, meanwhile);
}

void hook_calls::on_copy_failure(const std::string& why) noexcept {
    if (!given()) return;
    try {
        const std::lock_guard lock(mutex_);
        copy_failure_ = why;
    } catch (const std::exception&) {
        // It is told by its retry as well.
    }
}

std::optional<std::string> hook_calls::take_copy_failure() {
    const std::lock_guard lock(mutex_);
    return std::exchange(copy_failure_, std::nullopt);
}

void hook_calls::succeeded(std::stop_token stop, bool instant) {
    succeeded(std::move(stop), instant ? "the table is altered" : "the tables are swapped",
              {{"INSTANT_DDL", instant ? "true" : "false"}});
}

void hook_calls::succeeded(std::stop_token stop, std::string_view done,
                           hooks::hook_variables more) {
    const auto call = [&] { run(hook_event::success, std::move(more), rest_until(stop)); };
    if (!given_.execute) return call();
    try {
        call();
    } catch (const stopped&) {
        log::write(log::level::warning, fmt::format("{}; the success hook was ended", done));
    } catch (const std::exception& failure) {
        log::write(log::level::warning, fmt::format("{}, but {}", done, failure.what()));
    }
}

void hook_calls::failed(std::stop_token stop) noexcept {
    try {
        run(hook_event::failure, {}, rest_until(stop));
    } catch (const std::exception& failure) {
        log::write(log::level::warning, failure.what());
    }
}

std::unique_ptr<hooks::hook_run> hook_calls::begin(hook_event event,
                                                   hooks::hook_variables more) const {
    auto files = folder_.files_for(event);
    require(told_ != nullptr, "hooks tell of a run");
    if (!files.empty()) more.merge(told_());
    return std::make_unique<hooks::hook_run>(
        event, std::move(files),
        hooks::environment_of_hook(hooks::environment_of_process(), more, secrets()),
        hooks::hook_run::surroundings{
            .timeout = given_.hooks.timeout,
            .clock = machine_clock(),
            .take_line = [](std::string_view line) { log::write_foreign_line(line); },
            .tell =
                [](const std::string& text) { log::write_at_once(log::level::warning, text); }});
}

void hook_calls::run(hook_event event, hooks::hook_variables more,
                     const std::function<void()>& meanwhile) const {
    if (!given()) return;
    const auto hooks = begin(event, std::move(more));
    while (!hooks->advance()) meanwhile();
}

// One that was read again may stand in a variable as well.
std::vector<std::string> hook_calls::secrets() const {
    const auto& connection = given_.run.connection;
    std::vector<std::string> all{connection.password, given_.login_from.password};
    if (const auto& primary = given_.run.assume_primary) all.push_back(primary->password);
    if (const auto renewed = wire::with_renewed_login(connection)) all.push_back(renewed->password);
    return all;
}

}  // namespace segue::cli
