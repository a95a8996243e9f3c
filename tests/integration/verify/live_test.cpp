// Two tables that an engine keeps in step while writers are at work: no difference comes of that,
// and what somebody else writes into the target is found.
#include "src/base/server_errors.hpp"
#include "tests/integration/carry/engine_fixture.hpp"
#include "tests/integration/verify/verifying.hpp"

#include <gmock/gmock.h>

namespace segue::carry {
namespace {

using testing::IsEmpty;

class in_step : public an_engine {
  protected:
    explicit in_step(std::uint64_t rows = 3'000) : an_engine(rows) { with.pace.chunk_rows = 200; }
    void start_with_writers(unsigned writers) {
        start(engine::contents::nothing).copy(throw_if_failed);
        tables = std::make_unique<verify::compared_tables>(session, source, target);
        pending = std::make_unique<verify::pending_changes>(
            verify::pending_changes::parts{made->changes, made->barrier, made->router});
        work = std::make_unique<test::workload>(server.over_tcp(), source, spec,
                                                test::workload_options{.writers = writers});
        work->start();
    }
    verify::verified verify_all(std::function<void()> progressed = {}, unsigned workers = 2) {
        verify::range_walk walk({}, {});
        chunk_sizer sizer(*pace);
        auto found = verify::compare_all({.sessions = sessions,
                                          .how = tables->how(),
                                          .verdict =
                                              [&](db::session& on, const auto& keys) {
                                                  return verify::changed_by_carrying_over(
                                                      on, tables->how(), &made->checkpoint, keys);
                                              },
                                          .walk = walk,
                                          .sizer = sizer,
                                          .throttler = &made->throttler,
                                          .pending = pending.get(),
                                          .progressed = std::move(progressed)},
                                         workers);
        throw_if_failed();
        return found;
    }
    /// The key of this number, as a literal.
    std::string key(std::uint64_t number) const { return spec.key_literals(number).front(); }

    std::unique_ptr<verify::compared_tables> tables;
    std::unique_ptr<verify::pending_changes> pending;
    std::unique_ptr<test::workload> work;
};

class in_step_again_and_again : public in_step {
  protected:
    void expect_no_difference(int rounds);
};

void in_step_again_and_again::expect_no_difference(int rounds) {
    start_with_writers(4);
    std::uint64_t looked_into = 0;
    std::uint64_t changed = 0;
    for (int round = 0; round < rounds; ++round) {
        work->wait_for_transactions(30);
        const auto found = verify_all();
        ASSERT_THAT(verify::texts_of(found, tables->how()), IsEmpty()) << "round " << round;
        looked_into += found.ranges_looked_into;
        changed += found.changed_meanwhile;
    }
    EXPECT_GT(looked_into, 0U) << "nothing was ever pending";
    RecordProperty("looked_into", static_cast<int>(looked_into));
    RecordProperty("changed_meanwhile", static_cast<int>(changed));
    work->stop();
    wait_until_in_step();
    EXPECT_TRUE(work->compare(target).equal()) << work->compare(target).text();
    EXPECT_EQ(work->report().complaints({er::lock_deadlock}), "");
}

TEST_F(in_step_again_and_again, writers_make_no_difference) {
    expect_no_difference(2);
}

class long_in_step : public in_step_again_and_again {};

TEST_F(long_in_step, writers_make_no_difference_in_many_rounds) {
    expect_no_difference(8);
}

// Which the flush workers have not begun to carry over while everything is compared.
TEST_F(in_step, a_backlog_that_is_not_carried_over_makes_no_difference) {
    start_with_writers(2);
    work->wait_for_transactions(some_transactions);
    pace->change([](throttle::pace& now) { now.replay_paused = true; });
    work->wait_for_transactions(some_transactions);
    work->pause();
    const auto found = verify_all();
    EXPECT_THAT(verify::texts_of(found, tables->how()), IsEmpty());
    EXPECT_GT(found.changed_meanwhile, 0U);
    pace->change([](throttle::pace& now) { now.replay_paused = false; });
    work->resume();
    work->stop();
    wait_until_in_step();
    const auto after = verify_all();
    EXPECT_THAT(verify::texts_of(after, tables->how()), IsEmpty());
    EXPECT_EQ(after.ranges_looked_into, 0U);
}

TEST_F(in_step, a_row_that_waits_is_looked_at_again_when_it_was_carried_over) {
    start_with_writers(1);
    work->stop();
    wait_until_in_step();
    // While it lives nothing is carried over.
    std::optional<changes::change_set::quiet_turn> quiet;
    const auto change_one_row = [&] {
        quiet.emplace(made->changes.wait_for_quiet(0, threads->token()));
        session.execute(
            fmt::format("UPDATE {} SET quantity=quantity+1 WHERE id={}", source.quoted(), key(0)));
        const std::uint64_t last = made->barrier.pass(threads->token());
        made->router.wait_for_marker(last, std::chrono::steady_clock::now() + test::patience,
                                     threads->token());
        ASSERT_EQ(made->changes.backlog(), 1U);
    };
    change_one_row();
    const auto waits = verify_all();
    EXPECT_THAT(waits.differences, IsEmpty());
    EXPECT_EQ(waits.changed_meanwhile, 1U);
    quiet.reset();
    wait_until_in_step();

    change_one_row();
    const auto looked_at = verify_all([&] { quiet.reset(); }, /*workers=*/1);
    EXPECT_THAT(looked_at.differences, IsEmpty());
    EXPECT_EQ(looked_at.ranges_looked_into, 1U);
    EXPECT_EQ(looked_at.changed_meanwhile, 0U);
}

// In rows that the writers leave alone, of a table that they write to all the while: of three key
// numbers the last is free at first.
TEST_F(in_step, what_somebody_else_wrote_is_found_while_writers_are_at_work) {
    start_with_writers(4);
    work->focus(0, 2'400);
    // Those that were chosen before are done.
    work->pause();
    work->resume();
    for (std::uint64_t round = 0; round < 8; ++round) {
        work->wait_for_transactions(100);
        const std::uint64_t at = 2'700 + round * 150;
        session.execute(
            fmt::format("UPDATE {} SET title='foreign' WHERE id={}", target.quoted(), key(at)));
        session.execute(fmt::format("DELETE FROM {} WHERE id={}", target.quoted(), key(at + 3)));
        session.execute(
            fmt::format("INSERT INTO {} (id,quantity,title,made,raw) SELECT "
                        "{},quantity,title,made,raw FROM {} WHERE id={}",
                        target.quoted(), key(at + 2), source.quoted(), key(at)));
        const auto found = verify_all();
        EXPECT_THAT(verify::texts_of(found, tables->how()),
                    testing::UnorderedElementsAre(
                        fmt::format("row id={}: other values in `title`", key(at)),
                        fmt::format("row id={}: missing in the new table", key(at + 3)),
                        fmt::format("row id={}: in the new table alone", key(at + 2))))
            << "round " << round;
        // The source's rows are carried over anew as they are written.
        for (const std::uint64_t number : {at, at + 3})
            session.execute(fmt::format("UPDATE {} SET quantity=quantity+1 WHERE id={}",
                                        source.quoted(), key(number)));
        session.execute(fmt::format("DELETE FROM {} WHERE id={}", target.quoted(), key(at + 2)));
    }
    work->pause();
    wait_until_in_step();
    EXPECT_THAT(verify_all().differences, IsEmpty());
}

}  // namespace
}  // namespace segue::carry
