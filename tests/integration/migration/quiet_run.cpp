#include "tests/integration/migration/quiet_run.hpp"

#include "tests/support/conditions.hpp"
#include "tests/support/oracle.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr auto run_limit = 3 * patience;

}  // namespace

quiet_run::quiet_run(const sandbox_server& server, const std::string& table)
    : server_(server),
      schema_(server),
      tables_(migration_tables::of({schema_.name(), table})),
      flag_(std::filesystem::temp_directory_path() /
            fmt::format("segue-quiet-{}-{}", ::getpid(), schema_.name())),
      session_(server.over_tcp(), schema_.name()) {}

quiet_run::~quiet_run() {
    segue_.reset();
    std::filesystem::remove(flag_);
}

std::unique_ptr<segue_process> quiet_run::start_another(const std::string& alter,
                                                        const start_options& how) const {
    std::vector<std::string> arguments{"--verbose"};
    if (how.postponed) arguments.push_back("--postpone-cut-over-flag-file=" + flag_.string());
    if (how.faults && how.faults->leaves_out()) arguments.emplace_back("--verify=none");
    arguments.insert(arguments.end(), how.more.begin(), how.more.end());
    environment variables = how.faults ? how.faults->variables() : environment{};
    for (const auto& [name, text] : how.variables) variables[name] = text;
    return std::make_unique<segue_process>(how.build,
                                           segue_arguments(server_, table(), alter, arguments),
                                           segue_variables(server_, std::move(variables)));
}

void quiet_run::start(const std::string& alter, const start_options& how) {
    segue_ = start_another(alter, how);
}

void quiet_run::let_cut_over() {
    std::filesystem::remove(flag_);
}

void quiet_run::expect_swapped() {
    ASSERT_EQ(segue_->wait(run_limit), 0) << segue_->err();
}

void quiet_run::expect_failed(const std::vector<std::string>& words) {
    ASSERT_EQ(segue_->wait(run_limit), 1) << segue_->err() << segue_->out();
    for (const auto& word : words)
        EXPECT_NE(segue_->err().find(word), std::string::npos) << "not told: " << word << "\n"
                                                               << segue_->err();
}

void quiet_run::expect_as_native_alter(const std::string& alter,
                                       const std::optional<std::string>& sql_mode,
                                       const std::string& update) {
    const auto answer = compare_with_native_alter(server_.over_tcp(), {.table = table(),
                                                                       .old_table = tables_.old,
                                                                       .alter = alter,
                                                                       .sql_mode = sql_mode,
                                                                       .update = update});
    EXPECT_TRUE(answer.equal()) << answer.text();
    EXPECT_GT(answer.expected_rows, 0U);
}

std::string quiet_run::everything() {
    std::string all;
    for (const row& found :
         session_.query("SELECT table_name FROM information_schema.tables WHERE table_schema=" +
                        quoted_literal(schema()) + " ORDER BY 1")) {
        const table_name each{schema(), found[0].value()};
        const auto rows = session_.query_value("SELECT COUNT(*) FROM " + each.quoted());
        all += fmt::format("{}{}:{}", all.empty() ? "" : " ", each.name, rows.value());
    }
    return all;
}

// Not information_schema.innodb_trx, which shows nothing new while it is read more often than every
// 100 ms.
std::string quiet_run::lock_waits_in_ghost() {
    return session_
        .query_value(fmt::format("SELECT COUNT(*) FROM performance_schema.data_locks WHERE "
                                 "lock_status='WAITING' AND object_schema={} AND object_name={}",
                                 quoted_literal(schema()), quoted_literal(tables_.ghost.name)))
        .value();
}

void quiet_run::wait_until(std::string_view what, const std::function<bool()>& is_true) {
    bool came = false;
    eventually(what, [&] { return (came = is_true()) || !segue_->running(); });
    ASSERT_TRUE(came || is_true()) << what << " did not come true:\n" << segue_->err();
}

void quiet_run::wait_for_lock_wait_in_ghost() {
    eventually("a statement waits for a lock in the ghost table",
               [&] { return lock_waits_in_ghost() != "0"; });
}

void quiet_run::wait_for_resume_point() {
    wait_until("a place in the log is written down", [this] {
        return !session_
                    .query("SELECT 1 FROM " + tables_.checkpoint.quoted() +
                           " WHERE kind='resume_point'")
                    .empty();
    });
}

void expect_refused_and_nothing_left(quiet_run& run, const std::string& alter,
                                     const std::vector<std::string>& told,
                                     const std::vector<std::string>& more) {
    const auto before = run.everything();
    run.start(alter, {.more = more});
    run.expect_failed(told);
    EXPECT_EQ(run.everything(), before);
    EXPECT_NE(run.segue().err().find("The original table is untouched"), std::string::npos)
        << run.segue().err();
    EXPECT_EQ(run.segue().err().find("Left behind"), std::string::npos) << run.segue().err();
}

global_setting::global_setting(const sandbox_server& server, std::string name,
                               const std::string& literal)
    : server_(server), name_(std::move(name)) {
    auto session = server_.root();
    before_ = session.query_value("SELECT @@GLOBAL." + name_).value_or("");
    const bool number =
        !before_.empty() && std::all_of(before_.begin(), before_.end(),
                                        [](unsigned char c) { return c >= '0' && c <= '9'; });
    if (!number) before_ = quoted_literal(before_);
    session.execute("SET GLOBAL " + name_ + "=" + literal);
}

global_setting::~global_setting() {
    try {
        server_.root().execute("SET GLOBAL " + name_ + "=" + before_);
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "setting %s back: %s\n", name_.c_str(), failed.what());
    }
}

}  // namespace segue::test
