// What an engine writes down, and a later one that goes on from it.
#include "src/base/server_errors.hpp"
#include "src/servers/binary_log_status.hpp"
#include "src/tables/saved_state.hpp"
#include "tests/integration/carry/engine_fixture.hpp"
#include "tests/support/conditions.hpp"

namespace segue::carry {
namespace {

using namespace std::chrono_literals;
using test::eventually;

constexpr std::uint64_t rows = 12'000;

class the_state_of_an_engine : public an_engine {
  protected:
    the_state_of_an_engine() : an_engine(rows) {
        with.pace.chunk_rows = 200;
        with.checkpoint_interval = 20ms;
        session.execute(fmt::format("USE {}", quoted_name(schema.name())));
    }

    bool place_is_past(const binlog::stream_position& position) {
        const auto now = state();
        return now.resume_at && std::get<binlog::gtid_set>(position).is_subset_of(
                                    std::get<binlog::gtid_set>(now.resume_at->position));
    }
    binlog::stream_position end_of_log() {
        return servers::read_end_of_log(session, /*gtids=*/true);
    }

    /// Many boundaries are passed, at each of which a place might be found.
    void let_the_stream_go_on() {
        for (int i = 0; i < 100; ++i) {
            const auto number = made->barrier.pass(threads->token());
            ASSERT_TRUE(made->router.wait_for_marker(
                number, std::chrono::steady_clock::now() + test::patience, threads->token()));
        }
    }

    void end_connection(const std::string& id) {
        try {
            session.execute("KILL " + id);
        } catch (const error& failure) {
            if (failure.mysql_errno() != er::no_such_thread) throw;
        }
    }

    std::string key_at(unsigned offset) {
        return session
            .query(fmt::format("SELECT id FROM {} ORDER BY id LIMIT 1 OFFSET {}", source.quoted(),
                               offset))
            .front()[0]
            .value();
    }
};

TEST_F(the_state_of_an_engine, is_that_of_a_format_and_names_its_tables_by_what_they_are) {
    make();
    const tables::fingerprint print{.original = "CREATE TABLE `t` (`it's` INT)",
                                    .target = "CREATE TABLE `twin`",
                                    .alter = "ADD c VARCHAR(9) DEFAULT '\\\\'",
                                    .projection = schema::text_of(made->task.projection),
                                    .session = db::conversion_settings(session)};
    made->checkpoint.begin(session, made->task.server.uuid, print, "_t_del");
    made->checkpoint.complete(session, print);
    const auto read = state();
    EXPECT_EQ(read.print, print);
    EXPECT_EQ(read.owner, made->run_token);
    EXPECT_EQ(read.phase, "inspect");
    EXPECT_EQ(read.server_uuid, made->task.server.uuid);
    EXPECT_FALSE(read.copy.has_value());
    EXPECT_FALSE(read.resume_at.has_value());
    EXPECT_TRUE(read.evicted.keys.empty());
    session.execute("UPDATE _t_ghk SET value='1' WHERE kind='format'");
    EXPECT_THROW(state(), error);
}

TEST_F(the_state_of_an_engine, has_a_watermark_that_outlives_the_rows_of_chunks) {
    start(engine::contents::nothing).copy(throw_if_failed);
    ASSERT_TRUE(
        eventually("all chunks are below the watermark", [&] { return state().chunks.empty(); }));
    const auto after = state();
    EXPECT_EQ(after.done.rows, rows);
    EXPECT_EQ(after.done.up_to, after.copy->end);
    EXPECT_GT(after.done.chunks_below, rows / 200);
    const auto nothing_left = copy_that_goes_on(after, made->texts.codec());
    EXPECT_TRUE(nothing_left.open.empty());
    EXPECT_EQ(nothing_left.watermark, nothing_left.end);
    stop();
}

TEST_F(the_state_of_an_engine, has_a_place_in_the_stream_that_follows_what_is_carried_over) {
    start(engine::contents::nothing).copy(throw_if_failed);
    const std::string id = key_at(5);
    session.execute(fmt::format("UPDATE t SET quantity=4711 WHERE id={}", id));
    const auto behind = end_of_log();
    ASSERT_TRUE(eventually("the place is past the change", [&] { return place_is_past(behind); }));
    EXPECT_EQ(session.query(fmt::format("SELECT quantity FROM twin WHERE id={}", id)),
              (std::vector<db::row>{{"4711"}}));
    stop();
}

TEST_F(the_state_of_an_engine, has_no_place_behind_a_change_that_waits) {
    start(engine::contents::nothing).copy(throw_if_failed);
    const std::string id = key_at(5);
    db::session blocker = server.connect();
    blocker.execute(fmt::format("USE {}", quoted_name(schema.name())));
    blocker.execute("START TRANSACTION");
    blocker.execute(fmt::format("SELECT 1 FROM twin WHERE id={} FOR UPDATE", id));
    session.execute(fmt::format("UPDATE t SET quantity=4711 WHERE id={}", id));
    const auto behind = end_of_log();
    ASSERT_TRUE(eventually("the change waits", [&] { return made->changes.backlog() > 0; }));
    let_the_stream_go_on();
    EXPECT_FALSE(place_is_past(behind));
    blocker.execute("ROLLBACK");
    ASSERT_TRUE(eventually("the place is past the change", [&] { return place_is_past(behind); }));
    stop();
}

TEST_F(the_state_of_an_engine, has_no_place_behind_a_prepared_transaction_whose_keys_are_held) {
    start(engine::contents::nothing).copy(throw_if_failed);
    db::session application = server.connect();
    application.execute(fmt::format("USE {}", quoted_name(schema.name())));
    application.execute("XA START 'held'");
    application.execute(fmt::format("UPDATE t SET quantity=1 WHERE id={}", key_at(5)));
    application.execute("XA END 'held'");
    application.execute("XA PREPARE 'held'");
    const auto prepared = end_of_log();
    ASSERT_TRUE(eventually("its key is held", [&] { return made->feed.held_for_xa() == 1; }));
    let_the_stream_go_on();
    EXPECT_FALSE(place_is_past(prepared));
    application.execute("XA COMMIT 'held'");
    const auto committed = end_of_log();
    ASSERT_TRUE(
        eventually("the place is past the commit", [&] { return place_is_past(committed); }));
    stop();
}

TEST_F(the_state_of_an_engine, is_not_written_while_it_is_held_back) {
    start(engine::contents::nothing).copy(throw_if_failed);
    const auto in_time = [] { return std::chrono::steady_clock::now() + test::patience; };
    auto held = made->checkpointer.hold_back(in_time(), threads->token());
    ASSERT_TRUE(held.has_value());
    session.execute("LOCK TABLES _t_ghk READ");  // which would wait for an open transaction
    session.execute("UNLOCK TABLES");
    made->checkpointer.note_phase("postponed");
    session.execute(fmt::format("UPDATE t SET quantity=4711 WHERE id={}", key_at(5)));
    const auto behind = end_of_log();
    let_the_stream_go_on();
    EXPECT_EQ(state().phase, "inspect");
    EXPECT_FALSE(place_is_past(behind));
    held.reset();
    ASSERT_TRUE(eventually("the phase is written", [&] { return state().phase == "postponed"; }));
    stop();
}

TEST_F(the_state_of_an_engine, cannot_be_held_back_while_its_commit_waits) {
    start(engine::contents::nothing).copy(throw_if_failed);
    db::session blocker = server.connect();
    blocker.execute(fmt::format("USE {}", quoted_name(schema.name())));
    blocker.execute("START TRANSACTION");
    blocker.execute("SELECT 1 FROM _t_ghk WHERE kind='owner' FOR UPDATE");
    made->checkpointer.note_phase("postponed");
    ASSERT_TRUE(eventually("it waits for the owner's row", [&] {
        return session.query("SELECT 1 FROM performance_schema.data_lock_waits") !=
               std::vector<db::row>{};
    }));
    EXPECT_FALSE(made->checkpointer.hold_back(std::chrono::steady_clock::now(), threads->token())
                     .has_value());
    blocker.execute("ROLLBACK");
    ASSERT_TRUE(eventually("the phase is written", [&] { return state().phase == "postponed"; }));
    stop();
}

TEST_F(the_state_of_an_engine, lets_another_one_go_on_under_writers) {
    with.copy_workers = 2;
    test::workload writers(server.over_tcp(), source, spec, {.rate_per_second = 60.0});
    writers.start();
    start(engine::contents::nothing);
    writers.wait_for_transactions(some_transactions);
    // One chunk stays in flight, until its connection is lost with the run. Nobody writes
    // meanwhile: a conflict would have all wait for that chunk.
    writers.pause();
    db::session blocker = server.connect();
    blocker.execute(fmt::format("USE {}", quoted_name(schema.name())));
    blocker.execute("START TRANSACTION");
    blocker.execute(
        fmt::format("INSERT INTO twin SELECT * FROM t WHERE id={}", key_at(3 * rows / 10)));
    const auto stop_in_the_middle = [&] {
        throw_if_failed();
        if (made->copying.rows_copied() < 6 * rows / 10) return;
        throw stopped();
    };
    EXPECT_THROW(made->copy(stop_in_the_middle), stopped);
    threads->request_stop();
    // By the locks, as no text of the writers' can be compared with that of a process list.
    for (const auto& waiting :
         session.query("SELECT t.processlist_id FROM performance_schema.data_lock_waits w JOIN "
                       "performance_schema.threads t ON t.thread_id=w.requesting_thread_id"))
        end_connection(waiting[0].value());
    stop();
    blocker.execute("ROLLBACK");
    writers.resume();
    const auto left = state();
    ASSERT_TRUE(left.resume_at.has_value());
    const auto start_of_second = copy_that_goes_on(left, made->texts.codec());
    EXPECT_FALSE(start_of_second.open.empty()) << "a chunk was in flight";
    EXPECT_GT(start_of_second.rows, rows / 2);
    writers.wait_for_transactions(some_transactions);

    const std::string token = made->run_token;
    go_on(engine::contents::of_an_earlier_run).copy(throw_if_failed);
    EXPECT_NE(state().owner, token);
    EXPECT_EQ(state().owner, made->run_token);
    writers.wait_for_transactions(some_transactions);
    writers.stop();
    wait_until_in_step();
    EXPECT_TRUE(writers.compare(target).equal()) << writers.compare(target).text();
    EXPECT_EQ(writers.report().complaints({er::lock_deadlock}), "");
    EXPECT_LT(made->copying.rows_copied(), rows / 2) << "what was done is not copied again";
    ASSERT_TRUE(
        eventually("all chunks are below the watermark", [&] { return state().chunks.empty(); }));
    EXPECT_EQ(state().done.up_to, state().copy->end);
    stop();
}

TEST_F(the_state_of_an_engine, tells_what_decides_how_values_are_converted) {
    const std::string before = db::conversion_settings(session);
    for (const char* const change :
         {"time_zone='+03:00'", "sql_mode=''", "collation_connection='utf8mb4_bin'",
          "default_collation_for_utf8mb4='utf8mb4_general_ci'", "div_precision_increment=9"}) {
        SCOPED_TRACE(change);
        db::session other = sessions.connect();
        EXPECT_EQ(db::conversion_settings(other), before);
        other.execute(fmt::format("SET SESSION {}", change));
        EXPECT_NE(db::conversion_settings(other), before);
    }
}

}  // namespace
}  // namespace segue::carry
