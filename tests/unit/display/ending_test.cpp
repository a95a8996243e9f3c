#include "cli/display/ending.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::display {
namespace {

using swap::swap_state;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

migration::leftovers left_after(swap_state swap, const std::string& tables) {
    migration::leftovers left;
    left.swap = swap;
    left.tables = tables;
    left.original = "`s`.`t`";
    left.ghost = "`s`.`_t_gho`";
    left.old = "`s`.`_t_del`";
    return left;
}

TEST(ending, untouched_is_said_where_rename_changed_nothing) {
    const auto last = ending_of(left_after(swap_state::not_made, "`s`.`_t_gho`"));
    EXPECT_EQ(last.exit_code, 1);
    EXPECT_THAT(last.lines,
                ElementsAre("The original table is untouched.",
                            "Left behind: `s`.`_t_gho`. To clean up: DROP TABLE IF EXISTS "
                            "`s`.`_t_gho`; or start again, which drops it as well."));
}

TEST(ending, what_can_be_gone_on_with_is_not_to_be_dropped_by_mistake) {
    auto left = left_after(swap_state::not_made, "`s`.`_t_gho`");
    left.can_be_gone_on_with = true;
    EXPECT_EQ(ending_of(left).lines.back(),
              "Left behind: `s`.`_t_gho`. The same command goes on from there. To clean up: DROP "
              "TABLE IF EXISTS `s`.`_t_gho`; or start again with --no-resume.");
    left.can_be_gone_on_with = false;
    left.spoiled = true;
    EXPECT_EQ(ending_of(left).lines.back(),
              "Left behind: `s`.`_t_gho`. To clean up: DROP TABLE IF EXISTS `s`.`_t_gho`; or start "
              "again with --no-resume.");
}

TEST(ending, what_a_rehearsal_leaves_goes_with_the_next_one) {
    auto left = left_after(swap_state::not_made, "`s`.`_t_ghr`");
    left.rehearsal = true;
    EXPECT_THAT(ending_of(left).lines.back(),
                HasSubstr("DROP TABLE IF EXISTS `s`.`_t_ghr`; or start again, which drops it"));
}

TEST(ending, nothing_is_to_be_cleaned_up_where_nothing_was_made) {
    EXPECT_THAT(ending_of({}).lines, ElementsAre("The original table is untouched."));
}

TEST(ending, an_open_answer_has_an_exit_code_of_its_own_and_names_what_to_look_at) {
    const auto last = ending_of(left_after(swap_state::answer_open, "`s`.`_t_gho`"));
    EXPECT_EQ(last.exit_code, 3);
    EXPECT_THAT(last.lines.front(), AllOf(HasSubstr("not known whether the tables were swapped"),
                                          HasSubstr("`s`.`_t_gho` and `s`.`_t_del`")));
    EXPECT_THAT(last.lines, Each(Not(HasSubstr("untouched"))));
    EXPECT_THAT(last.lines, Each(Not(HasSubstr("DROP TABLE"))));
    EXPECT_THAT(last.lines.back(), HasSubstr("give the same command again"));
}

TEST(ending, a_swap_is_a_success_whatever_could_not_be_dropped) {
    const auto last = ending_of(left_after(swap_state::made, "`s`.`_t_ghc`"));
    EXPECT_EQ(last.exit_code, 0);
    EXPECT_EQ(last.level, log::level::warning);
    EXPECT_THAT(last.lines,
                ElementsAre(AllOf(HasSubstr("The tables are swapped"),
                                  HasSubstr("To clean up: DROP TABLE IF EXISTS `s`.`_t_ghc`;"))));
    EXPECT_THAT(ending_of(left_after(swap_state::made, "")).lines, IsEmpty());
}

migration::leftovers left_to_another(earlier::other_run_made seen, const std::string& tables) {
    auto left = left_after(swap_state::not_made, tables);
    left.taken_over = seen;
    left.taken_over_by = "app@localhost, process 7 on h";
    return left;
}

TEST(ending, another_runs_unfinished_tables_are_not_to_be_dropped) {
    EXPECT_THAT(
        ending_of(left_to_another(earlier::other_run_made::unfinished, "`s`.`_t_gho`")).lines,
        ElementsAre("The original table is untouched.",
                    "Another run (app@localhost, process 7 on h) has this migration now, and its "
                    "tables: nothing is to be cleaned up."));
}

TEST(ending, a_table_that_another_run_has_swapped_is_not_called_untouched) {
    const auto last = ending_of(left_to_another(earlier::other_run_made::swapped, "`s`.`_t_del`"));
    EXPECT_EQ(last.exit_code, 1);
    EXPECT_THAT(
        last.lines,
        ElementsAre("The tables are swapped, by another run (app@localhost, process 7 on h), "
                    "which has taken this migration over: `s`.`t` is its new table. This run "
                    "changed nothing.",
                    "Left behind: `s`.`_t_del`. All of that is the other run's: drop nothing of it "
                    "before that has ended."));
}

TEST(ending, tables_that_are_gone_beside_an_original_as_it_was_are_not_to_be_dropped) {
    auto left = left_to_another(earlier::other_run_made::not_swapped, "");
    left.taken_over_by.clear();
    const auto last = ending_of(left);
    EXPECT_EQ(last.exit_code, 1);
    EXPECT_THAT(last.lines,
                ElementsAre("The original table is untouched.",
                            "The tables of this run are gone: somebody has dropped them, or "
                            "another run has taken this migration over.",
                            "Left behind: nothing is to be cleaned up."));
}

TEST(ending, what_cannot_be_seen_of_another_run_is_not_claimed) {
    const auto last = ending_of(left_to_another(earlier::other_run_made::unknown, ""));
    EXPECT_THAT(last.lines, Each(Not(HasSubstr("untouched"))));
    EXPECT_THAT(last.lines, Each(Not(HasSubstr("DROP TABLE"))));
}

TEST(kept_text, says_how_to_drop_the_old_table) {
    EXPECT_EQ(kept_text(left_after(swap_state::made, "")),
              "The old table is kept as `s`.`_t_del`; once it is not needed any more: DROP TABLE "
              "`s`.`_t_del`;");
}

}  // namespace
}  // namespace segue::display
