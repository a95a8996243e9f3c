#include "tests/cases/case_writers.hpp"

#include "src/base/error.hpp"
#include "tests/support/conditions.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <exception>

#include <fmt/format.h>

namespace segue::test {
namespace {

constexpr unsigned writers = 2;
constexpr std::chrono::milliseconds round_takes{20};
/// What a good application tries again: its statements meet each other's locks, and values.
constexpr std::array expected_errors{1205, 1213, 1062};

}  // namespace

case_writers::case_writers(const sandbox_server& server, const std::string& schema,
                           std::vector<std::string> session, std::vector<std::string> statements)
    : server_(server),
      session_(std::move(session)),
      statements_(std::move(statements)),
      worked_(statements_.size()),
      rounds_(writers) {
    if (statements_.empty()) return;
    for (unsigned w = 0; w < writers; ++w)
        threads_.emplace_back(
            [this, w, schema](const std::stop_token& stop) { write(w, schema, stop); });
}

case_writers::~case_writers() {
    stop();
}

void case_writers::stop() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
}

void case_writers::wait_for_rounds(std::uint64_t rounds) {
    if (threads_.empty()) return;
    std::vector<std::uint64_t> wanted;
    for (const auto& done : rounds_) wanted.push_back(done + rounds);
    eventually("the writers go on", [&] {
        const std::lock_guard lock(mutex_);
        return !complaints_.empty() ||
               std::ranges::equal(rounds_, wanted, [](const auto& done, std::uint64_t least) {
                   return done >= least;
               });
    });
}

void case_writers::write(unsigned writer, const std::string& schema, const std::stop_token& stop) {
    try {
        application_session session(server_.over_tcp(), schema);
        for (const auto& statement : session_) session.execute(statement);
        std::mutex alone;
        std::condition_variable_any end;
        while (!stop.stop_requested()) {
            const auto next = std::chrono::steady_clock::now() + round_takes;
            round(session, writer);
            ++rounds_[writer];
            std::unique_lock lock(alone);
            end.wait_until(lock, stop, next, [] { return false; });
        }
    } catch (const std::exception& failed) {
        const std::lock_guard lock(mutex_);
        complaints_ += std::string(failed.what()) + "\n";
    }
}

void case_writers::round(application_session& session, unsigned writer) {
    session.execute(fmt::format("SET @n={}, @w={}", next_++, writer));
    std::size_t at = 0;
    try {
        for (; at < statements_.size(); ++at) {
            session.execute(statements_[at]);
            ++worked_[at];
        }
    } catch (const error& failure) {
        if (std::ranges::find(expected_errors, failure.mysql_errno()) == expected_errors.end())
            throw failure.in(statements_[at]);
        session.execute("ROLLBACK");
    }
}

std::string case_writers::complaints() const {
    const std::lock_guard lock(mutex_);
    std::string all = complaints_;
    for (std::size_t i = 0; i < statements_.size(); ++i)
        if (worked_[i] == 0) all += "never worked: " + statements_[i] + "\n";
    return all;
}

}  // namespace segue::test
