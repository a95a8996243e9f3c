#include "tests/integration/migration/live_run.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/oracle.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

constexpr auto run_limit = 3 * patience;
constexpr std::string_view held_at = "copier.chunk_ended";
constexpr std::size_t output_told_max = 6'000;

std::string end_of(const std::string& text) {
    return text.size() <= output_told_max ? text
                                          : "..." + text.substr(text.size() - output_told_max);
}

}  // namespace

live_run::live_run(const sandbox_server& server, live_options with)
    : server_(server),
      with_(std::move(with)),
      schema_(server),
      tables_(migration_tables::of({schema_.name(), "orders"})),
      flag_(std::filesystem::temp_directory_path() /
            fmt::format("segue-live-{}-{}", ::getpid(), schema_.name())),
      session_(server.over_tcp(), schema_.name()) {
    create_and_fill(session_, table(), with_.spec, with_.rows);
    if (with_.spec.more == usual_more)
        session_.execute("UPDATE " + table().quoted() +
                         " SET spare = quantity * 3 - 1000, label = CONCAT('l', quantity % 977), "
                         "gone = title");
    writers_ = std::make_unique<workload>(server_.over_tcp(), table(), with_.spec, with_.writing);
}

live_run::~live_run() {
    segue_.reset();
    std::filesystem::remove(flag_);
}

void live_run::start(const start_options& how) {
    std::vector<std::string> arguments{
        "--verbose", "--threads=" + std::to_string(how.threads), "--chunk-size=" + how.chunk_size,
        fmt::format("--cut-over-stall-budget-millis={}", how.stall_budget.count())};
    if (how.postponed) arguments.push_back("--postpone-cut-over-flag-file=" + flag_.string());
    if (how.faults && how.faults->leaves_out()) arguments.emplace_back("--verify=none");
    for (const std::string& one : with_.sets) arguments.push_back("--set=" + one);
    arguments.insert(arguments.end(), how.more.begin(), how.more.end());
    segue_ = std::make_unique<segue_process>(
        how.build, segue_arguments(server_, table(), with_.alter, arguments),
        segue_variables(server_, how.faults ? how.faults->variables() : environment{}));
}

void live_run::let_cut_over() {
    std::filesystem::remove(flag_);
}

void live_run::hold_copy(fault_points& faults) const {
    faults.pause(held_at, {.first = with_.rows / default_chunk_rows / 2, .always = true});
}

void live_run::wait_for_resume_point() {
    eventually("a place in the log is written down", [&] {
        return !session()
                    .query("SELECT 1 FROM " + tables().checkpoint.quoted() +
                           " WHERE kind='resume_point'")
                    .empty();
    });
}

void live_run::kill_in_the_copy(start_options how) {
    fault_points faults;
    faults.pause(held_at, {.first = 15});
    how.build = segue_build::faulty;
    how.faults = &faults;
    start(how);
    faults.wait_reached(held_at);
    wait_for_resume_point();
    segue().signal(SIGKILL);
    EXPECT_EQ(segue().wait(), 128 + SIGKILL) << segue().err();
}

void live_run::let_copy_go_on(fault_points& faults, std::uint64_t keys_flushed) {
    faults.wait_reached(held_at);
    const auto before = this->keys_flushed();
    eventually("rows are carried over while the copy is held half way",
               [&] { return this->keys_flushed() >= before + keys_flushed; });
    EXPECT_EQ(times_told("phase: cut-over") + times_told("phase: postponed"), 0U)
        << "the copy was not held";
    faults.go(held_at);
}

void live_run::migrate_while_writers_pause(std::uint64_t transactions, start_options how) {
    how.postponed = true;
    start(how);
    segue().wait_for_output("phase: postponed");
    writers().wait_for_transactions(transactions);
    writers().pause();
    let_cut_over();
    expect_swapped();
    expect_as_native_alter();
    expect_nothing_lost();
}

void live_run::expect_swapped() {
    ASSERT_EQ(segue_->wait(run_limit), 0) << end_of(segue_->err()) << end_of(segue_->out());
}

void live_run::expect_stopped(const std::vector<std::string>& words) {
    ASSERT_EQ(segue_->wait(run_limit), 1) << end_of(segue_->err());
    const auto told = segue_->err();
    for (const auto& word : words)
        EXPECT_NE(told.find(word), std::string::npos) << "not told: " << word << "\n"
                                                      << end_of(told);
    EXPECT_NE(told.find("The original table is untouched"), std::string::npos) << end_of(told);
    const auto old = new_session().query(
        "SELECT 1 FROM information_schema.tables WHERE table_schema=" +
        quoted_literal(schema_.name()) + " AND table_name=" + quoted_literal(tables_.old.name));
    EXPECT_TRUE(old.empty()) << "there is an old table, so the names were swapped";
}

void live_run::expect_nothing_lost(std::vector<int> allowed) {
    writers_->stop();
    allowed.push_back(er::lock_deadlock);
    const auto report = writers_->report();
    EXPECT_EQ(report.complaints(allowed), "") << report.text();
    const auto found = writers_->compare();
    EXPECT_TRUE(found.equal()) << found.text() << "\n" << report.text();
    EXPECT_GT(found.rows, with_.rows / 3);
}

void live_run::expect_as_native_alter() {
    const auto answer =
        compare_with_native_alter(server_.over_tcp(), {.table = table(),
                                                       .old_table = tables_.old,
                                                       .alter = with_.alter,
                                                       .update = with_.native_update});
    EXPECT_TRUE(answer.equal()) << answer.text();
    EXPECT_GT(answer.expected_rows, 0U);
}

std::size_t live_run::times_told(std::string_view text) const {
    const auto all = segue_->err() + segue_->out();
    std::size_t times = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++times;
    return times;
}

bool live_run::a_flush_waits_for_its_commit() {
    return session_.query_value(
               "SELECT COUNT(*) FROM performance_schema.threads t JOIN "
               "performance_schema.metadata_locks m ON m.owner_thread_id=t.thread_id WHERE "
               "t.processlist_info='COMMIT' AND m.object_name='" +
               tables_.ghost.name + "' AND m.object_schema=DATABASE()") != "0";
}

void live_run::wait_until_flushes_are_known() {
    eventually("the connections that write are written down", [&] {
        return session_.query_value("SELECT COUNT(*) > 2 FROM " + tables_.checkpoint.quoted() +
                                    " WHERE kind='writer' AND id>0") == "1";
    });
}

std::string live_run::stream_position() const {
    constexpr std::string_view label = "; streamer: ";
    const auto out = segue_->out();
    const auto at = out.rfind(label);
    if (at == std::string::npos) return {};
    const auto from = at + label.size();
    return out.substr(from, out.find(';', from) - from);
}

std::uint64_t live_run::last_number(std::string_view label) const {
    const auto out = segue_->out();
    const auto at = out.rfind(label);
    return at == std::string::npos ? 0 : std::stoull(out.substr(at + label.size(), 20));
}

copy_follower::copy_follower(live_run& run, std::uint64_t ahead)
    : run_(run), thread_([this, ahead](const std::stop_token& stop) { follow(ahead, stop); }) {}

void copy_follower::finish() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    run_.writers().focus_everywhere();
}

void copy_follower::follow(std::uint64_t ahead, const std::stop_token& stop) {
    auto session = run_.new_session();
    const auto& spec = run_.spec();
    const auto key = spec.key_columns().back();
    const auto greatest = [&](const table_name& table, const std::string& condition) {
        return session.query_value(fmt::format("SELECT MAX({}) FROM {} {}", segue::quoted_name(key),
                                               table.quoted(), condition));
    };
    // What is above stands in the tail, and is flushed long before the copy comes there.
    const auto end = greatest(run_.table(), "");
    std::mutex mutex;
    std::condition_variable_any changed;
    for (unsigned looks = 1; !stop.stop_requested(); ++looks) {
        try {
            const auto front =
                greatest(run_.tables().ghost,
                         fmt::format("WHERE {}<={}", segue::quoted_name(key), end.value_or("0")));
            const auto number = front ? spec.key_number({front}) : std::optional<std::uint64_t>(0);
            if (looks % 4 == 0 || !number)
                run_.writers().focus_everywhere();
            else
                run_.writers().focus(*number, *number + ahead);
        } catch (const error&) {
            // The ghost table is not there yet, or not any more.
        }
        std::unique_lock lock(mutex);
        changed.wait_for(lock, stop, 5ms, [] { return false; });
    }
}

}  // namespace segue::test
