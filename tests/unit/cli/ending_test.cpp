#include "cli/ending.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using migration::swap_state;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

migration::leftovers left_after(swap_state swap, const std::string& tables) {
    return {.swap = swap, .tables = tables, .ghost = "`s`.`_t_gho`", .old = "`s`.`_t_del`"};
}

TEST(Ending, UntouchedIsSaidWhereRenameChangedNothing) {
    const auto last = ending_of(left_after(swap_state::not_made, "`s`.`_t_gho`"));
    EXPECT_EQ(last.exit_code, 1);
    EXPECT_THAT(last.lines,
                ElementsAre("The original table is untouched.",
                            "Left behind: `s`.`_t_gho`. To clean up: DROP TABLE IF EXISTS "
                            "`s`.`_t_gho`; or start again with --initially-drop-ghost-table."));
}

TEST(Ending, WhatARehearsalLeavesGoesWithTheNextOne) {
    auto left = left_after(swap_state::not_made, "`s`.`_t_ghr`");
    left.rehearsal = true;
    EXPECT_THAT(ending_of(left).lines.back(),
                HasSubstr("DROP TABLE IF EXISTS `s`.`_t_ghr`; or start again, which drops it"));
}

TEST(Ending, NothingIsToBeCleanedUpWhereNothingWasMade) {
    EXPECT_THAT(ending_of({}).lines, ElementsAre("The original table is untouched."));
}

TEST(Ending, AnOpenAnswerHasAnExitCodeOfItsOwnAndNamesWhatToLookAt) {
    const auto last = ending_of(left_after(swap_state::answer_open, "`s`.`_t_gho`"));
    EXPECT_EQ(last.exit_code, 3);
    EXPECT_THAT(last.lines.front(), AllOf(HasSubstr("not known whether the tables were swapped"),
                                          HasSubstr("`s`.`_t_gho` and `s`.`_t_del`")));
    EXPECT_THAT(last.lines, Each(Not(HasSubstr("untouched"))));
}

TEST(Ending, ASwapIsASuccessWhateverCouldNotBeDropped) {
    const auto last = ending_of(left_after(swap_state::made, "`s`.`_t_ghc`"));
    EXPECT_EQ(last.exit_code, 0);
    EXPECT_EQ(last.level, log::level::warning);
    EXPECT_THAT(last.lines,
                ElementsAre(AllOf(HasSubstr("The tables are swapped"),
                                  HasSubstr("To clean up: DROP TABLE IF EXISTS `s`.`_t_ghc`;"))));
    EXPECT_THAT(ending_of(left_after(swap_state::made, "")).lines, IsEmpty());
}

}  // namespace
}  // namespace segue::cli
