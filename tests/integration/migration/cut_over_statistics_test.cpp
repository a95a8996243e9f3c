// Histograms that somebody makes, renews and drops on the original while the swap is postponed.
#include "tests/integration/migration/quiet_run.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_histogram : public testing::Test {
  protected:
    a_histogram() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT, d INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1, 1, 1, 1), (2, 2, 2, 2, 2)");
        for (const char* const column : {"b", "c", "d"}) make(column, 4);
    }
    void make(const std::string& column, int buckets) {
        run.session().query(
            fmt::format("ANALYZE TABLE t UPDATE HISTOGRAM ON {} WITH {} BUCKETS", column, buckets));
    }
    /// "column:buckets", in order.
    std::string all() {
        return run.session()
            .query_value(fmt::format(
                R"(SELECT GROUP_CONCAT(COLUMN_NAME, ':',
                     HISTOGRAM->>'$."number-of-buckets-specified"' ORDER BY 1)
                   FROM information_schema.COLUMN_STATISTICS
                   WHERE SCHEMA_NAME={} AND TABLE_NAME='t')",
                quoted_literal(run.schema())))
            .value_or("");
    }

    quiet_run run{shared_server()};
};

TEST_F(a_histogram, is_the_one_that_the_original_has_at_the_swap) {
    run.start("MODIFY b BIGINT, RENAME COLUMN d TO e", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    make("a", 7);
    make("b", 9);
    for (const char* const column : {"c", "d"})
        run.session().query(fmt::format("ANALYZE TABLE t DROP HISTOGRAM ON {}", column));
    make("d", 11);
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(all(), "a:7,b:9,e:11") << run.segue().err();
}

}  // namespace
}  // namespace segue::test
