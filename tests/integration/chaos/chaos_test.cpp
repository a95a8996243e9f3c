// A few of scripts/chaos' runs; and whether such a run sees a loss.
#include "tests/chaos/plan.hpp"
#include "tests/chaos/server_pool.hpp"
#include "tests/chaos/trial.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::chaos {
namespace {

using testing::HasSubstr;

class runs : public testing::TestWithParam<std::uint64_t> {
  public:
    static void SetUpTestSuite() { pool = new server_pool; }
    static void TearDownTestSuite() { delete pool; }

  protected:
    static server_pool* pool;
};
server_pool* runs::pool = nullptr;

TEST_P(runs, lose_nothing) {
    const plan made = plan_of(GetParam());
    if (const auto why = test::why_not_to_be_had(made.version)) GTEST_SKIP() << *why;
    const auto evidence =
        std::filesystem::path(SEGUE_CHAOS_EVIDENCE) / ("seed-" + std::to_string(GetParam()));
    const auto result = run_trial(made, *pool, {.evidence = evidence});
    EXPECT_EQ(result.failure, "") << made.words() << "evidence: " << evidence;
}

// So many that they take some two minutes, of both versions, with and without GTIDs.
INSTANTIATE_TEST_SUITE_P(of, runs, testing::Range<std::uint64_t>(1, 9));
INSTANTIATE_TEST_SUITE_P(long_of, runs, testing::Range<std::uint64_t>(9, 40));

/// A run in which each change is seen in the log long before it is visible, under a Segue that
/// lacks a rule.
trial_result run_without(const std::string& rule, plan made) {
    server_pool pool;
    test::fault_points faults;
    if (!rule.empty()) faults.leave_out(rule);
    const test::temporary_folder evidence;
    return run_trial(made, pool,
                     {.build = test::segue_build::faulty,
                      .variables = faults.variables(),
                      .evidence = evidence.path() / "kept"});
}

plan plan_with_late_acknowledgements(bool quiet_swap) {
    plan made;
    made.version = "9.7";
    made.rows = 1'500;
    made.late_acknowledgement = std::chrono::milliseconds(100);
    made.table.more = "spare INT NOT NULL DEFAULT 7";
    made.alter = "ADD COLUMN added INT NOT NULL DEFAULT 5";
    made.writing = {.writers = 3, .rate_per_second = 20, .seed = 5};
    made.chunk_rows = 100;
    made.verify = "none";
    made.quiet_swap = quiet_swap;
    made.faults = {{.kind = fault_kind::throttle,
                    .when = {.at = stage::copy, .statements = 30},
                    .lasting = std::chrono::milliseconds(2'000)}};
    return made;
}

class a_run : public testing::TestWithParam<bool> {};

TEST_P(a_run, sees_a_loss) {
    const auto result = run_without("barrier", plan_with_late_acknowledgements(GetParam()));
    EXPECT_THAT(result.failure, HasSubstr("against the ledger: ")) << "nothing was lost";
    if (GetParam()) {
        EXPECT_THAT(result.failure, HasSubstr("against ALTER TABLE of the old table: "));
    }
}

TEST_P(a_run, sees_none_where_nothing_is_taken_out) {
    const auto result = run_without("", plan_with_late_acknowledgements(GetParam()));
    EXPECT_EQ(result.failure, "");
    EXPECT_TRUE(result.by_ledger);
    EXPECT_EQ(result.by_native_alter, GetParam());
    EXPECT_GT(result.transactions, 20U);
}

INSTANTIATE_TEST_SUITE_P(with, a_run, testing::Bool(), [](const auto& of) {
    return std::string(of.param ? "a_quiet_swap" : "a_swap_under_writers");
});

}  // namespace
}  // namespace segue::chaos
