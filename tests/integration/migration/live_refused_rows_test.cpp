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
    run.start({.more = {"--preflight-data-check=0"}});
    run.expect_stopped(GetParam().told);
    EXPECT_EQ(content(run), before);
}

// What a few rows or ranges do not tell is found when they are copied.
TEST_P(rows_the_new_schema_forbids, stop_it_with_a_look_at_the_data_before_as_well) {
    live_run run(shared_server(), options());
    spoil(run);
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

// ---------------------------------------------------------------------------- beside a conflict

struct refused_in_a_batch {
    const char* name;
    std::string more;
    std::string alter;
    std::string spoiled;  ///< What `spare` is set to.
    bool comes_along;     ///< In a later batch than the row that takes a value over.
};

/// A row that is refused, flushed together with a row that takes a unique value over from one whose
/// change waits to be flushed.
class a_row_refused_beside_a_moved_value : public testing::TestWithParam<refused_in_a_batch> {
  protected:
    static live_options options() {
        live_options with{.rows = 6'000, .alter = GetParam().alter};
        with.spec.more = GetParam().more;
        return with;
    }
    std::string id_of(unsigned row) {
        return *run.session().query_value(fmt::format(
            "SELECT id FROM {} ORDER BY id LIMIT 1 OFFSET {}", run.table().quoted(), row));
    }
    std::string everything() {
        std::string all;
        run.session().for_each_row(
            "SELECT CRC32(CONCAT_WS('#', id, IFNULL(code, '-'), title, IFNULL(spare, '-'))) FROM " +
                run.table().quoted() + " ORDER BY id",
            [&](const row& read) { all += read[0].value() + ","; });
        return all + *run.session().query("SHOW CREATE TABLE " + run.table().quoted())[0][1];
    }
    std::uint64_t duplicates() {
        return std::stoull(
            run.session()
                .query_value("SELECT SUM_ERROR_RAISED FROM performance_schema."
                             "events_errors_summary_global_by_error WHERE error_number=1062")
                .value());
    }

    live_run run{shared_server(), options()};
};

TEST_P(a_row_refused_beside_a_moved_value, is_the_one_that_is_named) {
    run.start({.postponed = true, .more = {"--default-retries=1000"}});
    run.segue().wait_for_output("phase: postponed");
    const auto taker = id_of(0);
    const auto giver = id_of(5'000);
    const auto refused = id_of(GetParam().comes_along ? 5'100 : 700);
    const auto busy = id_of(5'900);
    const auto set = [&](const std::string& what, const std::string& condition) {
        run.session().execute(
            fmt::format("UPDATE {} SET {} WHERE {}", run.table().quoted(), what, condition));
    };

    // One flush stands still, so that the giver waits when the taker is flushed by the other one.
    auto holder = run.new_session();
    holder.execute("BEGIN");
    holder.query("SELECT id FROM " + run.tables().ghost.quoted() + " WHERE id=" + busy +
                 " FOR UPDATE");
    set("title='held'", "id=" + busy);
    eventually("a flush waits for a row of the ghost", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM performance_schema.data_locks WHERE lock_status='WAITING' "
                   "AND object_schema='" +
                   run.table().schema + "'") != "0";
    });
    // The other one takes what comes next at once, and from then on whole batches.
    const auto ahead = id_of(1);
    set("title='ahead'", "id=" + ahead);
    eventually("the other flush has had its turn", [&] {
        return run.session().query_value("SELECT title FROM " + run.tables().ghost.quoted() +
                                         " WHERE id=" + ahead) == "ahead";
    });
    const auto duplicates_before = duplicates();
    run.session().execute("BEGIN");
    set("title='takes over'", "id=" + taker);
    // Several batches, so that the giver is not flushed either while the row is looked for.
    set("title='between'", fmt::format("id > {} AND id <= {}", taker, id_of(4'500)));
    set("spare=" + GetParam().spoiled, "id=" + refused);
    set("code=NULL", "id=" + giver);
    set("code=5000", "id=" + taker);
    run.session().execute("COMMIT");
    const auto before = everything();
    eventually("the taker was in conflict", [&] { return duplicates() > duplicates_before; });
    holder.execute("ROLLBACK");
    run.expect_stopped({"the new table refuses the row id=" + refused + ": ", "'spare'"});
    EXPECT_EQ(everything(), before);
}

const refused_in_a_batch batches[] = {
    {"null_in_the_batch", "spare INT NULL DEFAULT 3", "MODIFY spare INT NOT NULL", "NULL", false},
    {"too_long_in_the_batch", "spare VARCHAR(40) NOT NULL DEFAULT 'short'",
     "MODIFY spare VARCHAR(10) NOT NULL", "'0123456789a'", false},
    {"null_that_comes_along", "spare INT NULL DEFAULT 3", "MODIFY spare INT NOT NULL", "NULL",
     true},
    {"too_long_that_comes_along", "spare VARCHAR(40) NOT NULL DEFAULT 'short'",
     "MODIFY spare VARCHAR(10) NOT NULL", "'0123456789a'", true}};
INSTANTIATE_TEST_SUITE_P(such_as, a_row_refused_beside_a_moved_value, testing::ValuesIn(batches),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace segue::test
