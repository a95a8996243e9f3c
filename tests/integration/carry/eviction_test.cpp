// Rows that are taken out of the target for others, and an engine that goes on where one ended.
#include "tests/integration/carry/engine_fixture.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/fault_hook.hpp"

#include <atomic>

namespace segue::carry {
namespace {

using namespace std::chrono_literals;
using test::eventually;

/// The target has a unique index that the source has not.
class an_engine_to_a_table_with_a_unique_index : public an_engine {
  protected:
    an_engine_to_a_table_with_a_unique_index() : an_engine(0) {
        with.checkpoint_interval = 20ms;
        for (db::session* const one : {&session, &application})
            one->execute(fmt::format("USE {}", quoted_name(schema.name())));
        session.execute("DROP TABLE t, twin");
        session.execute("CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)");
        session.execute("CREATE TABLE twin (id INT PRIMARY KEY, v INT NOT NULL, UNIQUE (v))");
    }

    void fill(int rows) {
        session.execute(fmt::format(
            R"(INSERT INTO t
               WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < {})
               SELECT /*+ SET_VAR(cte_max_recursion_depth=100000) */ i, 10 * i FROM n)",
            rows));
        session.execute("INSERT INTO twin SELECT * FROM t");
    }
    std::vector<db::row> all(const std::string& table) {
        return session.query(fmt::format("SELECT id, v FROM {} ORDER BY id", table));
    }
    void wait_for_a_resume_point() {
        ASSERT_TRUE(eventually("a resume point", [&] { return state().resume_at.has_value(); }));
    }

    db::session application = server.connect();
};

// Row 1 never changes. Row 2 takes its value for a moment, which the source allows.
TEST_F(an_engine_to_a_table_with_a_unique_index, leaves_written_down_whose_row_is_missing) {
    fill(2);
    start(engine::contents::equal);
    wait_for_a_resume_point();
    {
        const test::fault_hook moves_on("conflict_resolver.holders_found", [&] {
            application.execute("UPDATE t SET v=30 WHERE id=2");
        });
        const test::fault_hook ends("conflict_resolver.committed",
                                    [&] { threads->request_stop(); });
        session.execute("UPDATE t SET v=10 WHERE id=2");
        ASSERT_TRUE(eventually("the engine ends", [&] { return ends.reached(); }));
        EXPECT_TRUE(moves_on.reached());
        stop();
    }
    ASSERT_EQ(all("twin"), (std::vector<db::row>{{"2", "30"}})) << "row 1 was taken out";
    const auto left = state().evicted;
    EXPECT_EQ(left.last, 1U);
    ASSERT_EQ(left.keys.size(), 1U);
    EXPECT_EQ(made->texts.codec().describe(left.keys.front()), "id=1");

    go_on(engine::contents::equal);
    wait_until_in_step();
    EXPECT_EQ(all("twin"), all("t"));
    ASSERT_TRUE(
        eventually("nothing is missing any more", [&] { return state().evicted.keys.empty(); }));
    stop();
}

// Its stream comes to the log's end only if keys are carried over meanwhile.
TEST_F(an_engine_to_a_table_with_a_unique_index, goes_on_where_more_changed_than_it_can_hold) {
    constexpr int rows = 500;
    fill(rows);
    with.waiting_keys_max = 50;
    start(engine::contents::equal);
    wait_for_a_resume_point();
    stop();
    for (int id = 1; id <= rows; ++id)
        session.execute(fmt::format("UPDATE t SET v=v+1 WHERE id={}", id));
    go_on(engine::contents::equal);
    wait_until_in_step();
    EXPECT_EQ(all("twin"), all("t"));
    stop();
}

}  // namespace
}  // namespace segue::carry
