// A connection that breaks while the names are swapped: what is true is looked up.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/fault_proxy.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_connection_lost : public testing::Test {
  protected:
    /// Everything of Segue's passes the proxy, the writers do not.
    void migrate(const std::string& text, network_fault what, bool once = true) {
        proxy.when(text, what, once);
        run.writers().start();
        run.start({.more = through_proxy()});
        expect_swapped_and_nothing_lost(once);
    }
    std::vector<std::string> through_proxy() const {
        return {"--host=127.0.0.1", fmt::format("--port={}", proxy.port()), "--mysql-timeout=10"};
    }
    void expect_swapped_and_nothing_lost(bool once) {
        run.expect_swapped();
        EXPECT_TRUE(once ? proxy.hits() == 1 : proxy.hits() >= 1) << proxy.hits();
        run.expect_nothing_lost();
        const auto names = run.session().query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema=DATABASE() ORDER "
            "BY 1");
        ASSERT_EQ(names.size(), 2U);
        EXPECT_EQ(names[0][0], run.tables().old.name);
        EXPECT_EQ(names[1][0], run.table().name);
        EXPECT_NO_THROW(
            run.session().query("SELECT added FROM " + run.table().quoted() + " LIMIT 1"));
    }
    void expect_lost_in_rename() {
        EXPECT_EQ(run.times_told(lost_in_rename), 1U) << run.segue().err();
    }
    /// The attempt in which RENAME was lost is the last one.
    void expect_no_other_attempt() {
        const auto told = run.segue().err();
        EXPECT_EQ(told.find("gave way: ", told.find(lost_in_rename)), std::string::npos) << told;
    }
    void expect_another_attempt() {
        EXPECT_EQ(run.times_told("cut-over attempt 1 gave way"), 1U) << run.segue().err();
    }

    static constexpr const char* lost_in_rename =
        "the connection was lost while the names were swapped";
    live_run run{shared_server(), {.rows = 3'000, .writing = {.rate_per_second = 50}}};
    fault_proxy proxy{shared_server().over_tcp().server};
};

TEST_F(a_connection_lost, after_rename_was_done_is_a_swap) {
    migrate("RENAME TABLE", network_fault::lose_answer);
    expect_lost_in_rename();
    expect_no_other_attempt();
}

TEST_F(a_connection_lost, before_rename_was_sent_is_no_swap_and_it_is_made_later) {
    migrate("RENAME TABLE", network_fault::close_before);
    expect_lost_in_rename();
    expect_another_attempt();
}

TEST_F(a_connection_lost, by_silence_after_rename_was_done_is_a_swap) {
    migrate("RENAME TABLE", network_fault::hold_answer);
    expect_lost_in_rename();
    expect_no_other_attempt();
}

TEST_F(a_connection_lost, by_silence_before_rename_arrived_is_no_swap_and_it_is_made_later) {
    migrate("RENAME TABLE", network_fault::freeze);
    expect_lost_in_rename();
    expect_another_attempt();
}

TEST_F(a_connection_lost, while_a_session_for_the_lock_is_made_gives_way) {
    migrate("SET SESSION wait_timeout=6", network_fault::lose_answer);
    expect_another_attempt();
}

TEST_F(a_connection_lost, while_blockers_are_looked_for_gives_way) {
    migrate("m.LOCK_TYPE IN ('EXCLUSIVE','SHARED_NO_READ_WRITE')", network_fault::close_before);
    expect_another_attempt();
}

TEST_F(a_connection_lost, while_the_owner_is_checked_under_the_lock_gives_way) {
    migrate("SELECT value, @@GLOBAL.read_only FROM `", network_fault::lose_answer);
    expect_another_attempt();
}

TEST_F(a_connection_lost, after_the_lock_was_granted_gives_way) {
    migrate("LOCK TABLES `", network_fault::lose_answer);
    expect_another_attempt();
}

TEST_F(a_connection_lost, before_the_lock_was_asked_for_gives_way) {
    migrate("LOCK TABLES `", network_fault::close_before);
    expect_another_attempt();
}

TEST_F(a_connection_lost, in_unlock_changes_nothing) {
    fault_points faults;
    faults.pause("cut_over.swapped");
    run.writers().start();
    run.start({.build = segue_build::faulty, .faults = &faults, .more = through_proxy()});
    faults.wait_reached("cut_over.swapped");
    // Each session begins with one; the next is that of the lock.
    proxy.when("UNLOCK TABLES", network_fault::close_before);
    faults.go("cut_over.swapped");
    expect_swapped_and_nothing_lost(/*once=*/true);
}

}  // namespace
}  // namespace segue::test
