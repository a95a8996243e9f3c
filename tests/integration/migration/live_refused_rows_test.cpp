// Rows that the new schema forbids: Segue stops, names them, and the original is as it was.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

struct forbidden {
    const char* name;
    std::string more;
    std::vector<std::string>
        preparation;  ///< {} is the table; id -490, -488 and 481 are rows of it.
    std::string alter;
    std::vector<std::string> told;
};

class rows_the_new_schema_forbids : public testing::TestWithParam<forbidden> {
  protected:
    static live_options options() {
        live_options with{.rows = 3'000, .alter = GetParam().alter};
        with.spec.more = GetParam().more;
        return with;
    }
    static void spoil(live_run& run) {
        for (const auto& sql : GetParam().preparation)
            run.session().execute(fmt::format(fmt::runtime(sql), run.table().quoted()));
    }
    static std::string content(live_run& run) {
        std::string all;
        run.session().for_each_row(
            "SELECT CRC32(CONCAT_WS('#', id, quantity, title, spare)) FROM " +
                run.table().quoted() + " ORDER BY id",
            [&](const row& read) { all += read[0].value_or("NULL") + ","; });
        return all + *run.session().query("SHOW CREATE TABLE " + run.table().quoted())[0][1];
    }
    /// The server itself refuses the ALTER, so Segue must.
    static void expect_refused_natively(live_run& run) {
        run.session().execute("CREATE TABLE probe LIKE " + run.table().quoted());
        run.session().execute("INSERT INTO probe SELECT * FROM " + run.table().quoted());
        EXPECT_ANY_THROW(
            run.session().execute("ALTER TABLE probe " + GetParam().alter + ", ALGORITHM=COPY"));
        run.session().execute("DROP TABLE probe");
    }
};

TEST_P(rows_the_new_schema_forbids, stop_it_when_they_are_copied) {
    live_run run(shared_server(), options());
    spoil(run);
    expect_refused_natively(run);
    const auto before = content(run);
    run.start();
    run.expect_stopped(GetParam().told);
    EXPECT_EQ(content(run), before);
}

TEST_P(rows_the_new_schema_forbids, stop_it_when_they_come_while_it_runs) {
    live_run run(shared_server(), options());
    run.start({.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    spoil(run);
    expect_refused_natively(run);
    const auto before = content(run);
    run.expect_stopped(GetParam().told);
    EXPECT_EQ(content(run), before);
}

const forbidden kinds[] = {
    {"duplicates_under_a_new_unique_index",
     "spare INT NULL",
     {"UPDATE {} SET spare=77 WHERE id IN (-490, 481)"},
     "ADD UNIQUE KEY one_spare (spare)",
     {"-490", "481", "one_spare", "77"}},
    {"neighbours_under_a_new_unique_index",
     "spare INT NULL",
     {"UPDATE {} SET spare=77 WHERE id IN (-490, -488)"},
     "ADD UNIQUE KEY one_spare (spare)",
     {"-490", "-488", "one_spare", "77"}},
    {"values_that_a_collation_makes_equal",
     "spare VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs NULL, UNIQUE KEY "
     "one_spare (spare)",
     {"UPDATE {} SET spare='R\xc3\xa9sum\xc3\xa9' WHERE id=-490",
      "UPDATE {} SET spare='resume' WHERE id=481"},
     "MODIFY spare VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NULL",
     {"-490", "481", "one_spare"}},
    {"values_that_a_shorter_type_makes_equal",
     "spare DATETIME(3) NULL, UNIQUE KEY one_spare (spare)",
     {"UPDATE {} SET spare='2024-01-01 00:00:00.100' WHERE id=-490",
      "UPDATE {} SET spare='2024-01-01 00:00:00.200' WHERE id=481"},
     "MODIFY spare DATETIME NULL",
     {"-490", "481", "one_spare"}},
    {"a_unique_index_on_an_expression",
     "spare INT NULL",
     {"UPDATE {} SET spare=5 WHERE id=-490", "UPDATE {} SET spare=-5 WHERE id=481"},
     "ADD UNIQUE KEY one_spare ((ABS(spare)))",
     {"-490", "481", "one_spare"}},
    {"a_null_where_none_may_be",
     "spare INT NULL DEFAULT 3",
     {"UPDATE {} SET spare=NULL WHERE id=481"},
     "MODIFY spare INT NOT NULL",
     {"481", "spare"}},
    {"a_number_that_does_not_fit",
     "spare INT NOT NULL DEFAULT 3",
     {"UPDATE {} SET spare=70000 WHERE id=481"},
     "MODIFY spare SMALLINT NOT NULL",
     {"481", "spare"}},
    {"a_string_that_does_not_fit",
     "spare VARCHAR(40) NOT NULL DEFAULT 'short'",
     {"UPDATE {} SET spare='0123456789a' WHERE id=481"},
     "MODIFY spare VARCHAR(10) NOT NULL",
     {"481", "spare"}},
    {"a_string_that_is_no_number",
     "spare VARCHAR(40) NOT NULL DEFAULT '5'",
     {"UPDATE {} SET spare='five' WHERE id=481"},
     "MODIFY spare INT NOT NULL",
     {"481", "spare"}},
    {"a_character_that_the_new_character_set_lacks",
     "spare VARCHAR(40) NOT NULL DEFAULT 'x'",
     {"UPDATE {} SET spare='\xe9\x9b\xaa' WHERE id=481"},
     "MODIFY spare VARCHAR(40) CHARACTER SET latin1 NOT NULL",
     {"481", "spare"}},
    {"a_member_that_the_enumeration_loses",
     "spare ENUM('a','b','c') NOT NULL DEFAULT 'a'",
     {"UPDATE {} SET spare='c' WHERE id=481"},
     "MODIFY spare ENUM('a','b') NOT NULL",
     {"481", "spare"}},
    {"a_check_constraint_that_fails",
     "spare INT NOT NULL DEFAULT 3",
     {"UPDATE {} SET spare=-3 WHERE id=481"},
     "ADD CONSTRAINT spare_is_positive CHECK (spare > 0)",
     {"481", "spare_is_positive"}}};
INSTANTIATE_TEST_SUITE_P(such_as, rows_the_new_schema_forbids, testing::ValuesIn(kinds),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace segue::test
