#include "tests/chaos/records.hpp"

#include "tests/support/temporary_folder.hpp"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::chaos {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

trial_result run_of(std::uint64_t seed, const std::string& failure = {}) {
    trial_result made;
    made.seed = seed;
    made.version = "9.7.4";
    made.failure = failure;
    made.faults = {{"SIGKILL of Segue", 2}};
    made.ends = {{"0", 1}, {"signal 9", 2}};
    made.by_ledger = true;
    return made;
}

class records_of_runs : public testing::Test {
  protected:
    const test::temporary_folder folder;
    const std::filesystem::path file = folder.path() / "results.jsonl";
    const records of_one_state{file, "abc"};
};

TEST_F(records_of_runs, are_added_up_over_several_programs) {
    of_one_state.add(run_of(1));
    records(file, "abc").add(run_of(2));
    const auto report = of_one_state.report();
    EXPECT_THAT(report, ContainsRegex("runs +2 "));
    EXPECT_THAT(report, ContainsRegex("passed +2\n"));
    EXPECT_THAT(report, ContainsRegex("by kind +SIGKILL of Segue 4\n"));
    EXPECT_THAT(report, ContainsRegex("ends of processes +0 2, signal 9 4\n"));
}

TEST_F(records_of_runs, of_another_state_of_the_code_do_not_count) {
    of_one_state.add(run_of(1));
    records(file, "def").add(run_of(2, "lost"));
    EXPECT_THAT(of_one_state.report(), ContainsRegex("runs +1 "));
    EXPECT_THAT(of_one_state.report(), ContainsRegex("failed +0\n"));
}

TEST_F(records_of_runs, count_a_seed_once_and_name_what_failed) {
    of_one_state.add(run_of(1, "lost\nand more"));
    of_one_state.add(run_of(2, "a row is missing\nwith details"));
    of_one_state.add(run_of(1));
    const auto report = of_one_state.report();
    EXPECT_THAT(report, ContainsRegex("runs +2 "));
    EXPECT_THAT(report, ContainsRegex("failed +1\n"));
    EXPECT_THAT(report, HasSubstr("seed 2: a row is missing\n"));
    EXPECT_THAT(report, Not(HasSubstr("seed 1: ")));
}

TEST_F(records_of_runs, survive_a_line_that_was_cut) {
    of_one_state.add(run_of(1));
    std::ofstream(file, std::ios::app) << "{\"seed\":2,\"sta\n";
    of_one_state.add(run_of(3));
    EXPECT_THAT(of_one_state.report(), ContainsRegex("runs +2 "));
}

}  // namespace
}  // namespace segue::chaos
