#include "src/sql/foreign_key_clauses.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::sql {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string left_of(std::string_view alter) {
    return without_foreign_keys(parse_alter(alter), {"f", "g g"}).options_text;
}

TEST(without_foreign_keys, clauses_that_drop_them_are_left_out_wherever_they_stand) {
    EXPECT_EQ(left_of("DROP FOREIGN KEY f, ADD a INT"), "ADD a INT");
    EXPECT_EQ(left_of("ADD a INT, DROP FOREIGN KEY `F`"), "ADD a INT");
    EXPECT_EQ(left_of("ADD a INT DEFAULT (f(1, 2)), drop constraint `g g`, DROP b"),
              "ADD a INT DEFAULT (f(1, 2)), DROP b");
    EXPECT_EQ(left_of("DROP FOREIGN KEY f, DROP CONSTRAINT `g g`, DROP c"), "DROP c");
}

TEST(without_foreign_keys, other_names_and_columns_stay) {
    for (const std::string alter :
         {"DROP FOREIGN KEY h, DROP CONSTRAINT c", "DROP f, DROP COLUMN f", "DROP CHECK f",
          "ADD f INT COMMENT 'x, DROP FOREIGN KEY f'", "DROP INDEX f, ALGORITHM=COPY"})
        EXPECT_EQ(left_of(alter), alter);
}

TEST(without_foreign_keys, what_stands_behind_without_a_comma_stays) {
    EXPECT_EQ(left_of("ADD a INT, DROP FOREIGN KEY f PARTITION BY HASH (id) PARTITIONS 4"),
              "ADD a INT PARTITION BY HASH (id) PARTITIONS 4");
    EXPECT_EQ(left_of("DROP FOREIGN KEY f REMOVE PARTITIONING"), "REMOVE PARTITIONING");
}

TEST(without_foreign_keys, nothing_may_be_left) {
    for (const std::string alter : {"DROP FOREIGN KEY f", "DROP CONSTRAINT f, DROP FOREIGN KEY f",
                                    "ALTER TABLE d.t DROP FOREIGN KEY f, ALGORITHM=INPLACE"}) {
        const auto left = without_foreign_keys(parse_alter(alter), {"f"});
        EXPECT_EQ(left.options_text, "") << alter;
        EXPECT_THAT(left.clauses, IsEmpty()) << alter;
    }
}

TEST(without_foreign_keys, the_table_and_what_tells_how_to_run_it_are_known_still) {
    const auto left = without_foreign_keys(
        parse_alter("ALTER TABLE d.t DROP FOREIGN KEY f, LOCK=NONE, ADD a INT"), {"f"});
    EXPECT_EQ(left.table, "t");
    EXPECT_EQ(alter_on(left, {"d", "x"}), "ALTER TABLE `d`.`x`  ADD a INT");
}

TEST(without_foreign_keys, a_comment_that_servers_execute_is_a_refusal) {
    EXPECT_THAT(
        without_foreign_keys(parse_alter("ADD a INT /*! , DROP FOREIGN KEY f */"), {"f"}).refusals,
        SizeIs(1));
}

TEST(alter_on, a_dropped_foreign_key_has_its_name_on_the_target) {
    EXPECT_EQ(alter_on(parse_alter("DROP FOREIGN KEY F, DROP a"), {"d", "x"},
                       {.foreign_keys = {{"f", "x_ibfk_1"}}}),
              "ALTER TABLE `d`.`x` DROP FOREIGN KEY `x_ibfk_1`, DROP a");
}

}  // namespace
}  // namespace segue::sql
