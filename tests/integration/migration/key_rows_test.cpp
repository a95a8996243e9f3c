// docs/hazards.md, 8 and 10: rows of which the server alone says whether two names mean one of
// them.
#include "src/base/error.hpp"
#include "src/rows/row_writer.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/row_key.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "tests/support/sandbox_server.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using testing::SizeIs;

/// A table whose key has many spellings, and a ghost; `unique` says whether v is unique there.
class rows_of_many_names : public testing::TestWithParam<bool> {
  protected:
    const test::sandbox_server& server = test::shared_server();
    const test::fresh_schema schema{server};
    const table_name source{schema.name(), "t"};
    const table_name ghost{schema.name(), "_t_gho"};
    db::session session = server.connect();
    const tables::checkpoint_table checkpoint{{schema.name(), "_t_ghk"}, "epoch"};
    const rows::statements texts = made_texts(/*locking_reads=*/false);
    // Two keys in one statement, so that batches have neighbours.
    const rows::row_writer writer{texts, checkpoint, 2};

    rows::statements made_texts(bool locking_reads) {
        make_tables();
        const auto original = *schema::read_table(session, source);
        const auto target = *schema::read_table(session, ghost);
        const schema::source_of itself = [](std::string_view name) { return std::string(name); };
        const auto choice = schema::choose_key(original, target, itself);
        return {schema::make_projection(original, target, *choice.chosen, itself), locking_reads};
    }

    void make_tables() {
        if (schema::read_table(session, source)) return;
        checkpoint.begin(session, "uuid", {}, "");
        session.execute(fmt::format(
            "CREATE TABLE {} (k VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT)",
            source.quoted()));
        session.execute(fmt::format("CREATE TABLE {} LIKE {}", ghost.quoted(), source.quoted()));
        if (GetParam()) session.execute("ALTER TABLE " + ghost.quoted() + " ADD UNIQUE KEY (v)");
    }

    keys::key_value named(const std::string& text) const {
        const std::vector<db::value> printed = {
            db::value(server.connect().query_value("SELECT HEX('" + text + "')"))};
        return texts.codec().from_row(printed);
    }
    std::vector<keys::key_value> all_named(const std::vector<std::string>& names) const {
        std::vector<keys::key_value> made;
        for (const auto& one : names) made.push_back(named(one));
        return made;
    }
    void insert(const table_name& into, const std::string& rows) {
        session.execute(fmt::format("INSERT INTO {} VALUES {}", into.quoted(), rows));
    }
    std::string rows_of(const table_name& table) {
        std::string all;
        for (const db::row& one :
             session.query(fmt::format("SELECT k, v FROM {} ORDER BY k", table.quoted())))
            all += fmt::format("{}{}:{}", all.empty() ? "" : " ", *one[0], one[1].value_or("NULL"));
        return all;
    }
};

TEST_P(rows_of_many_names, are_carried_over_once) {
    insert(source, "('A', 1), ('b', 2)");
    insert(ghost, "('a', 7), ('gone', 8)");
    const auto batch = all_named({"a", "A", "\u00e1", "B", "GONE", "gone"});
    writer.carry_over(session, batch);
    EXPECT_EQ(rows_of(ghost), "A:1 b:2");
}

TEST_P(rows_of_many_names, are_read_with_locks_where_a_barrier_proves_nothing) {
    const rows::statements locking = made_texts(/*locking_reads=*/true);
    const rows::row_writer careful(locking, checkpoint, 2);
    insert(source, "('A', 1), ('b', 2)");
    insert(ghost, "('a', 7), ('gone', 8)");
    careful.carry_over(session, all_named({"a", "A", "B", "gone"}));
    EXPECT_EQ(rows_of(ghost), "A:1 b:2");
    session.execute("DELETE FROM " + ghost.quoted());
    careful.begin(session);
    careful.copy(session, {.after = named("a"), .up_to = named("B")});
    session.execute("COMMIT");
    EXPECT_EQ(rows_of(ghost), "b:2");
}

TEST_P(rows_of_many_names, are_carried_over_once_though_their_names_are_in_two_batches) {
    insert(source, "('A', 1), ('b', 2)");
    insert(ghost, "('a', 7), ('gone', 8)");
    const auto batch = all_named({"a", "b", "\u00e1", "GONE", "A"});
    session.execute(fmt::format("LOCK TABLES {} WRITE, {} WRITE, {} READ", source.quoted(),
                                ghost.quoted(), checkpoint.name().quoted()));
    session.execute("SET SESSION autocommit=0");
    writer.carry_over_under_lock(session, batch);
    session.execute("UNLOCK TABLES");
    EXPECT_EQ(rows_of(ghost), "A:1 b:2");
}

TEST_P(rows_of_many_names, are_copied_over_what_flushes_brought) {
    insert(source, "('A', 1), ('b', 2), ('c', 3), ('z', 9)");
    insert(ghost, "('a', 7), ('B', 2), ('z', 8)");
    writer.begin(session);
    writer.copy(session, {.after = std::nullopt, .up_to = named("C")});
    session.execute("COMMIT");
    EXPECT_EQ(rows_of(ghost), "A:1 b:2 c:3 z:8");
}

TEST_P(rows_of_many_names, do_not_collide_with_themselves) {
    insert(source, "('A', 1), ('b', 2)");
    insert(ghost, "('a', 1)");
    session.execute("START TRANSACTION");
    EXPECT_THAT(writer.collisions(session, all_named({"a", "A", "B"})), SizeIs(0));
    EXPECT_THAT(writer.collisions(session, keys::key_range{}), SizeIs(0));
    session.execute("ROLLBACK");
    EXPECT_EQ(rows_of(ghost), "a:1");
}

INSTANTIATE_TEST_SUITE_P(of, rows_of_many_names, testing::Bool(), [](const auto& each) {
    return each.param ? "beside_a_unique_index" : "alone";
});

class collisions_of_rows : public rows_of_many_names {};

// A verdict looks for the holder among the keys that were asked for.
TEST_P(collisions_of_rows, are_told_by_the_names_that_were_asked_for) {
    insert(source, "('A', 1), ('b', 1)");
    session.execute("START TRANSACTION");
    const auto asked = all_named({"\u00e1", "B"});
    const auto found = writer.collisions(session, asked);
    session.execute("ROLLBACK");
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(std::set<keys::key_value>({found[0].holder, found[0].newcomer}),
              std::set<keys::key_value>(asked.begin(), asked.end()));
}

TEST_P(collisions_of_rows, name_a_row_of_which_only_the_name_in_the_target_is_known) {
    insert(source, "('A', 1), ('b', 2)");
    insert(ghost, "('c', 1)");
    session.execute("START TRANSACTION");
    const auto found = writer.collisions(session, all_named({"a"}));
    session.execute("ROLLBACK");
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].holder, named("c"));
    EXPECT_EQ(found[0].newcomer, named("a"));
}

INSTANTIATE_TEST_SUITE_P(of, collisions_of_rows, testing::Values(true));

}  // namespace
}  // namespace segue::migration
