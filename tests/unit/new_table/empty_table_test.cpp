#include "src/new_table/empty_table.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue::preflight {
namespace {

// As SHOW CREATE TABLE writes it.
std::string table(const std::string& options, const std::string& behind = "") {
    return "CREATE TABLE `_t_ghr` (\n  `id` int NOT NULL COMMENT 'Segue: rehearsal',\n  PRIMARY "
           "KEY "
           "(`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4" +
           options + behind;
}

const std::string mark = " COMMENT='Segue: rehearsal'";
const std::string partitions =
    "\n/*!50100 PARTITION BY RANGE (`id`)\n(PARTITION p0 VALUES LESS THAN (1) COMMENT = "
    "'Segue: rehearsal' ENGINE = InnoDB) */";

TEST(empty_table, is_known_by_its_own_comment_only) {
    EXPECT_TRUE(is_marked_for_a_moment(table(mark)));
    EXPECT_TRUE(is_marked_for_a_moment(table(mark, partitions)));
    EXPECT_FALSE(is_marked_for_a_moment(table("", partitions)));
    EXPECT_FALSE(is_marked_for_a_moment(table(" COMMENT='kept for Segue: rehearsal'")));
    EXPECT_FALSE(is_marked_for_a_moment(table(" COMMENT='Segue: rehearsal''s'")));
    EXPECT_FALSE(is_marked_for_a_moment(""));
}

TEST(empty_table, is_told_with_the_comment_of_the_original) {
    for (const std::string& options :
         {std::string(), std::string(" COMMENT=''''"), std::string(R"( COMMENT='a\\')"),
          std::string(R"( COMMENT='it''s COMMENT=''x'' \n) ')")}) {
        EXPECT_EQ(without_mark(table(mark), table(options)), table(options));
        EXPECT_EQ(without_mark(table(mark, partitions), table(options, partitions)),
                  table(options, partitions));
    }
    EXPECT_EQ(without_mark(table(" COMMENT='new'"), table(" COMMENT='old'")),
              table(" COMMENT='new'"));
}

TEST(empty_table, is_told_with_the_comment_that_an_alter_gave_it) {
    const std::string old = table(" COMMENT='old'", partitions);
    for (const std::string& given : {std::string("it''s \\'' new"), std::string("''")}) {
        const std::string marked = table(" COMMENT='Segue: rehearsal; " + given + "'", partitions);
        EXPECT_TRUE(is_marked_for_a_moment(marked));
        EXPECT_EQ(without_mark(marked, old), table(" COMMENT='" + given + "'", partitions));
    }
    const std::string emptied = table(" COMMENT='Segue: rehearsal; '", partitions);
    EXPECT_EQ(without_mark(emptied, old), table("", partitions));
    EXPECT_FALSE(is_marked_for_a_moment(table(" COMMENT='Segue: rehearsal'';'")));
}

}  // namespace
}  // namespace segue::preflight
