// docs/hazards.md, 7, 38 and 39: keys by which the new table tells other rows apart than the
// original, or does not keep rows apart at all.
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/rows/row_writer.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/row_key.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "tests/support/sandbox_server.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using testing::SizeIs;

/// A table t (k, v) and a ghost of the definitions given, and what is written to the ghost.
class rows_between {
  public:
    rows_between(const test::sandbox_server& server, const std::string& original,
                 const std::string& changed)
        : schema_(server), session(server.connect()), checkpoint_({schema_.name(), "_t_ghk"}, "e") {
        checkpoint_.begin(session, "uuid", {}, "");
        session.execute("USE " + schema_.name());
        session.execute("CREATE TABLE t (" + original + ")");
        session.execute("CREATE TABLE _t_gho (" + changed + ")");
    }

    const rows::statements& texts() {
        if (!texts_) texts_ = std::make_unique<rows::statements>(made_projection(), false);
        return *texts_;
    }
    rows::row_writer writer() { return {texts(), checkpoint_, 2}; }

    void fill(const std::string& table, const std::string& rows) {
        session.execute(fmt::format("INSERT INTO {} VALUES {}", table, rows));
    }
    /// Of rows of t, as it is or was.
    std::vector<keys::key_value> keys(const std::vector<std::string>& literals) {
        std::vector<keys::key_value> made;
        session.execute("CREATE TABLE named LIKE t");
        for (const auto& one : literals) {
            session.execute("DELETE FROM named");
            session.execute("INSERT INTO named (k) VALUES (" + one + ")");
            const auto found =
                session.query("SELECT " + texts().codec().printed(0, "k") + " FROM named");
            made.push_back(texts().codec().from_row(found.front()));
        }
        session.execute("DROP TABLE named");
        return made;
    }
    void carry_over(const std::vector<std::string>& literals) {
        writer().carry_over(session, keys(literals));
    }
    std::string ghost() {
        std::string all;
        for (const db::row& one :
             session.query("SELECT k, COALESCE(v, '-') FROM _t_gho ORDER BY CAST(k AS BINARY), v"))
            all += fmt::format("{}{}:{}", all.empty() ? "" : " ", *one[0], *one[1]);
        return all;
    }

  private:
    schema::projection made_projection() {
        const auto original = *schema::read_table(session, {schema_.name(), "t"});
        const auto target = *schema::read_table(session, {schema_.name(), "_t_gho"});
        const schema::source_of itself = [](std::string_view name) { return std::string(name); };
        const auto choice = schema::choose_key(original, target, itself);
        if (!choice.chosen) throw error(choice.explanation);
        EXPECT_FALSE(choice.chosen->same_in_target);
        return schema::make_projection(original, target, *choice.chosen, itself);
    }

    const test::fresh_schema schema_;

  public:
    db::session session;

  private:
    const tables::checkpoint_table checkpoint_;
    std::unique_ptr<rows::statements> texts_;
};

class another_equality : public testing::TestWithParam<std::string> {
  protected:
    const test::sandbox_server& server =
        GetParam().empty() ? test::shared_server() : test::shared_server({}, GetParam());
    void SetUp() override {
        if (const auto why = test::why_not_to_be_had(GetParam()); why && !GetParam().empty())
            GTEST_SKIP() << *why;
    }
    rows_between merging{server, "k VARCHAR(20) COLLATE utf8mb4_0900_as_cs PRIMARY KEY, v INT",
                         "k VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT"};
    rows_between parting{server, "k VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, v INT",
                         "k VARCHAR(20) COLLATE utf8mb4_0900_bin PRIMARY KEY, v INT"};
};

TEST_P(another_equality, of_a_key_that_is_gone_leaves_the_row_that_is_equal_to_it) {
    merging.fill("t", "('A', 1), ('b', 2)");
    merging.fill("_t_gho", "('A', 1), ('b', 7)");
    merging.carry_over({"'a'", "'b'"});
    EXPECT_EQ(merging.ghost(), "A:1 b:2");
}

TEST_P(another_equality, in_which_two_rows_meet_is_a_duplicate) {
    merging.fill("t", "('A', 1), ('a', 2)");
    try {
        merging.carry_over({"'a'", "'A'"});
        FAIL() << merging.ghost();
    } catch (const error& failure) {
        EXPECT_TRUE(rows::is_duplicate(failure)) << failure.what();
    }
}

TEST_P(another_equality, of_rows_that_meet_names_both) {
    merging.fill("t", "('A', 1), ('a', 2)");
    const auto both = merging.keys({"'a'", "'A'"});
    merging.session.execute("START TRANSACTION");
    const auto found = merging.writer().collisions(merging.session, both);
    merging.session.execute("ROLLBACK");
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(std::set<keys::key_value>({found[0].holder, found[0].newcomer}),
              std::set<keys::key_value>(both.begin(), both.end()));
}

// It holds the value no more in the original, and is not among the keys that were read.
TEST_P(another_equality, of_a_row_that_was_names_it_as_the_holder) {
    merging.fill("t", "('A', 1)");
    merging.fill("_t_gho", "('a', 2)");
    const auto named = merging.keys({"'A'", "'a'"});
    merging.session.execute("START TRANSACTION");
    const auto found =
        merging.writer().collisions(merging.session, std::vector<keys::key_value>{named[0]});
    merging.session.execute("ROLLBACK");
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].holder, named[1]);
    EXPECT_EQ(found[0].newcomer, named[0]);
}

TEST_P(another_equality, of_a_row_by_another_name_leaves_one_of_it) {
    parting.fill("t", "('A', 1), ('b', 2)");
    parting.fill("_t_gho", "('a', 7), ('b', 2)");
    parting.carry_over({"'a'"});
    EXPECT_EQ(parting.ghost(), "A:1 b:2");
    // It is there under the name that it has now, and is named by one that it had.
    parting.session.execute("UPDATE t SET v=3 WHERE k='a'");
    parting.carry_over({"'\u00e1'", "'a'"});
    EXPECT_EQ(parting.ghost(), "A:3 b:2");
}

TEST_P(another_equality, under_lock_leaves_one_row_of_each) {
    parting.fill("t", "('A', 1), ('b', 2), ('c ', 3)");
    parting.fill("_t_gho", "('a', 7), ('A', 8), ('c', 9), ('c ', 9)");
    const auto named = parting.keys({"'a'", "'b'", "'\u00e1'", "'c'"});
    const auto writer = parting.writer();
    parting.session.execute("LOCK TABLES t WRITE, _t_gho WRITE, _t_ghk READ");
    parting.session.execute("SET SESSION autocommit=0");
    writer.carry_over_under_lock(parting.session, named);
    parting.session.execute("UNLOCK TABLES");
    EXPECT_EQ(parting.ghost(), "A:1 b:2 c :3");
}

TEST_P(another_equality, is_copied_over_what_flushes_brought) {
    parting.fill("t", "('A', 1), ('b', 2), ('c', 3), ('z', 9)");
    parting.fill("_t_gho", "('A', 7), ('b', 2), ('z', 8)");
    const auto end = parting.keys({"'C'"});
    parting.session.execute("START TRANSACTION");
    parting.writer().copy(parting.session, {.after = std::nullopt, .up_to = end.front()});
    parting.session.execute("COMMIT");
    EXPECT_EQ(parting.ghost(), "A:1 b:2 c:3 z:8");
}

TEST_P(another_equality, of_a_character_that_the_new_set_lacks_hits_no_question_mark) {
    rows_between narrow(server, "k VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT",
                        "k VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY, v INT");
    narrow.fill("t", "('?', 1)");
    narrow.fill("_t_gho", "('?', 1)");
    narrow.carry_over({"_utf8mb4 X'F09F9880'"});
    EXPECT_EQ(narrow.ghost(), "?:1");
}

TEST_P(another_equality, of_a_key_out_of_the_new_range_hits_no_row_at_its_end) {
    rows_between narrow(server, "k BIGINT PRIMARY KEY, v INT",
                        "k INT UNSIGNED, v INT, PRIMARY KEY (k, v)");
    narrow.fill("t", "(4294967295, 1), (0, 2), (705032704, 3)");
    narrow.fill("_t_gho", "(4294967295, 1), (0, 2), (705032704, 3)");
    narrow.carry_over({"5000000000"});
    narrow.carry_over({"-1", "5000000000", "-9223372036854775808"});
    EXPECT_EQ(narrow.ghost(), "0:2 4294967295:1 705032704:3");
}

TEST_P(another_equality, of_a_key_that_gains_a_column_leaves_one_row_of_it) {
    rows_between wider(server, "k INT PRIMARY KEY, v INT NOT NULL DEFAULT 0",
                       "k INT, v INT, PRIMARY KEY (k, v)");
    wider.fill("t", "(1, 10), (2, 20)");
    wider.fill("_t_gho", "(1, 9), (1, 8), (2, 20), (3, 30)");
    wider.carry_over({"1", "3"});
    EXPECT_EQ(wider.ghost(), "1:10 2:20");
}

// A COMMIT that was sent and not answered may take effect after the retry has begun.
TEST_P(another_equality, of_a_row_that_is_not_committed_yet_waits_for_it) {
    rows_between wider(server, "k INT PRIMARY KEY, v INT NOT NULL DEFAULT 0",
                       "k INT, v INT, PRIMARY KEY (k, v)");
    wider.fill("t", "(1, 10), (2, 20)");
    auto earlier = server.connect();
    earlier.execute("START TRANSACTION");
    earlier.execute("INSERT INTO " + wider.session.query_value("SELECT DATABASE()").value() +
                    "._t_gho VALUES (1, 9)");
    wider.session.execute("SET SESSION innodb_lock_wait_timeout=1");
    try {
        wider.carry_over({"1"});
        FAIL() << "a second row of the key: " << wider.ghost();
    } catch (const error& failure) {
        EXPECT_EQ(failure.mysql_errno(), er::lock_wait_timeout) << failure.what();
        wider.session.execute("ROLLBACK");
    }
    earlier.execute("COMMIT");
    wider.carry_over({"1"});
    EXPECT_EQ(wider.ghost(), "1:10");
}

TEST_P(another_equality, of_a_key_that_loses_a_column_leaves_the_other_row_of_the_rest) {
    rows_between narrower(server, "k INT, v INT, PRIMARY KEY (k, v)", "k INT PRIMARY KEY, v INT");
    narrower.fill("t", "(1, 10), (2, 20)");
    narrower.fill("_t_gho", "(1, 10), (2, 20)");
    const auto codec = narrower.texts().codec();
    const std::vector<db::value> gone = {"1", "9"};
    narrower.writer().carry_over(narrower.session, {{codec.from_row(gone)}});
    EXPECT_EQ(narrower.ghost(), "1:10 2:20");
}

INSTANTIATE_TEST_SUITE_P(on, another_equality, testing::Values(std::string(), std::string("8.0")),
                         [](const auto& each) { return each.param.empty() ? "newest" : "older"; });

}  // namespace
}  // namespace segue::migration
