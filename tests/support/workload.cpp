#include "tests/support/workload.hpp"

#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/writer.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/format.h>

namespace segue::test {
namespace {

using std::chrono::milliseconds;

std::string counts(const std::map<int, error_count>& errors) {
    std::string out;
    for (const auto& [number, seen] : errors)
        out += fmt::format("\n  error {}: {} times; {}", number, seen.count, seen.example);
    return out;
}

}  // namespace

std::string workload_report::complaints(const std::vector<int>& allowed) const {
    std::string out;
    for (const auto& [number, seen] : errors)
        if (std::find(allowed.begin(), allowed.end(), number) == allowed.end())
            out += fmt::format("error {}: {} times; {}\n", number, seen.count, seen.example);
    for (const auto& surprise : surprises) out += surprise + "\n";
    return out;
}

std::string workload_report::text() const {
    std::string out = fmt::format(
        "{} transactions, {} in doubt, {} reconnects, longest wait {} ms in: {}", transactions,
        in_doubt, reconnects, longest.duration.count(), longest.statement);
    out += counts(errors);
    out += counts(connect_errors);
    for (const auto& surprise : surprises) out += "\n  " + surprise;
    return out;
}

workload::workload(const wire::connection_options& server, const table_name& table,
                   const table_spec& spec, const workload_options& options) {
    auto with = options;
    if (with.seed == 0) with.seed = std::random_device()();
    fmt::print(stderr, "workload on {}: seed {}\n", table.quoted(), with.seed);
    state_ = std::make_unique<workload_state>(server, table, spec, with);
    for (unsigned i = 0; i < with.writers; ++i)
        writers_.push_back(std::make_unique<writer>(*state_, i, with.seed));
}

workload::~workload() {
    for (auto& each : writers_) each->interrupt();
    for (auto& each : writers_) each->join();
}

void workload::start() {
    for (auto& each : writers_) each->start();
}

namespace {

template <typename State, typename Done>
void wait_for(State& state, std::string_view what, milliseconds limit, Done done) {
    std::unique_lock lock(state.mutex);
    if (state.changed.wait_for(lock, limit, done)) return;
    throw error(fmt::format("the workload did not {} within {} ms. {}", what, limit.count(),
                            state.report.text()));
}

}  // namespace

void workload::pause(milliseconds limit) {
    {
        std::lock_guard lock(state_->mutex);
        state_->paused = true;
        state_->changed.notify_all();
    }
    wait_for(*state_, "pause", limit,
             [&] { return state_->parked + state_->ended == writers_.size(); });
}

void workload::resume() {
    std::lock_guard lock(state_->mutex);
    state_->paused = false;
    state_->changed.notify_all();
}

void workload::stop(milliseconds limit) {
    {
        std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        state_->changed.notify_all();
    }
    wait_for(*state_, "stop", limit, [&] { return state_->ended == writers_.size(); });
    for (auto& each : writers_) each->join();
}

void workload::wait_for_transactions(std::uint64_t count, milliseconds limit) {
    std::uint64_t wanted = 0;
    {
        std::lock_guard lock(state_->mutex);
        wanted = state_->report.transactions + count;
    }
    wait_for(*state_, "make its transactions", limit,
             [&] { return state_->report.transactions >= wanted; });
}

void workload::focus(std::uint64_t from, std::uint64_t to) {
    state_->focus_from = std::min(from, state_->explicit_keys - 1);
    state_->focus_to = std::min(to, state_->explicit_keys);
}

void workload::focus_everywhere() {
    focus(0, state_->explicit_keys);
}

workload_report workload::report() const {
    std::lock_guard lock(state_->mutex);
    return state_->report;
}

longest_wait workload::reset_longest_wait() {
    std::lock_guard lock(state_->mutex);
    return std::exchange(state_->report.longest, {});
}

std::uint64_t workload::seed() const noexcept {
    return state_->options.seed;
}

comparison workload::compare() const {
    return compare(state_->table);
}

comparison workload::compare(const table_name& table) const {
    application_session session(state_->server, table.schema);
    return state_->book.compare(session, table);
}

}  // namespace segue::test
