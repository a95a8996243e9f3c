// A table under views of `segue views` is migrated: they work before, behind and meanwhile, or the
// migration is refused with the view's name.
#include "src/base/error.hpp"
#include "tests/integration/views/views_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/temporary_folder.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class a_table_under_views : public with_views {
  protected:
    void SetUp() override {
        with_views::SetUp();
        if (IsSkipped()) return;
        auto& by = run_->session();
        by.execute(
            "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, full_name VARCHAR(40) NOT NULL,"
            " n INT NOT NULL DEFAULT 0, spare INT)");
        by.execute("CREATE TABLE audit (writer INT PRIMARY KEY, n INT NOT NULL)");
        by.execute("INSERT INTO users (full_name) VALUES ('first'), ('second')");
        run_->make(0, {"--map=users.name=full_name", "--map=users.label=spare"});
    }
    std::unique_ptr<segue_process> start(const std::string& alter,
                                         const std::vector<std::string>& more = {},
                                         const fault_points* faults = nullptr) {
        return std::make_unique<segue_process>(
            faults == nullptr ? segue_build::released : segue_build::faulty,
            segue_arguments(run_->server(), {run_->schema(), "users"}, alter, more),
            segue_variables(run_->server(),
                            faults == nullptr ? environment() : faults->variables()));
    }
    std::string migrate(int exit_code, const std::string& alter) {
        const auto process = start(alter);
        EXPECT_EQ(process->wait(), exit_code) << process->out() << process->err();
        return process->out() + process->err();
    }
};

TEST_P(a_table_under_views, is_refused_what_would_break_one) {
    for (const auto& [alter, words] : std::vector<std::pair<std::string, std::string>>{
             {"DROP COLUMN full_name", "`name` is made from `full_name`, which is dropped"},
             {"RENAME COLUMN full_name TO display",
              "`name` is made from `full_name`, which is renamed to `display`"},
             {"RENAME COLUMN full_name TO n, RENAME COLUMN n TO full_name", "is renamed to `n`"},
             {"ADD COLUMN must INT NOT NULL", "NOT NULL without a default and not in the view"}})
        EXPECT_THAT(migrate(1, alter),
                    AllOf(HasSubstr("the view `" + run_->as() + "`.`users` would be broken"),
                          HasSubstr(words), HasSubstr("--drop --execute")))
            << alter;
    EXPECT_THAT(run_->everything(), Not(HasSubstr("_gh")));
    migrate(0, "ADD COLUMN may INT, MODIFY full_name VARCHAR(80) NOT NULL, ADD KEY (n)");
    run_->drop(0);
    run_->session().execute("DROP TABLE _users_del");
    migrate(0, "DROP COLUMN full_name");
}

TEST_P(a_table_under_views, is_not_swapped_where_one_was_made_since_the_start) {
    run_->drop(0);
    const temporary_folder folder;
    const auto flag = folder.path() / "postponed";
    const auto process = start("DROP COLUMN full_name",
                               {"--verbose", "--postpone-cut-over-flag-file=" + flag.string()});
    process->wait_for_output("phase: postponed");
    run_->make(0, {"--map=users.name=full_name"});
    std::filesystem::remove(flag);
    EXPECT_EQ(process->wait(), 1) << process->out();
    EXPECT_THAT(process->err(),
                HasSubstr("`name` is made from `full_name`, which the new table does not have"));
    EXPECT_EQ(run_->value(fmt::format("SELECT COUNT(name) FROM {}.users", run_->as())), "2");
}

TEST_P(a_table_under_views, tells_of_a_view_of_somebody_s) {
    run_->drop(0);
    run_->session().execute(
        "CREATE VIEW theirs AS SELECT u.full_name, a.n FROM users u JOIN audit a ON a.writer=u.id");
    const auto told = migrate(0, "DROP COLUMN full_name");
    EXPECT_THAT(told, AllOf(HasSubstr("`theirs` uses the column `full_name`, which is dropped"),
                            Not(HasSubstr("uses the column `n`"))));
}

TEST_P(a_table_under_views, takes_triggers_and_foreign_keys_along) {
    auto& by = run_->session();
    by.execute("CREATE TABLE parents (id INT PRIMARY KEY)");
    by.execute("INSERT INTO parents VALUES (7)");
    by.execute("ALTER TABLE users ADD FOREIGN KEY (spare) REFERENCES parents (id)");
    by.execute("INSERT INTO audit VALUES (1, 0)");
    by.execute("CREATE TRIGGER counted AFTER INSERT ON users FOR EACH ROW UPDATE audit SET n=n+1");
    const auto process = start("ADD COLUMN may INT", {"--include-triggers", "--trigger-suffix=_x"});
    EXPECT_EQ(process->wait(), 0) << process->out() << process->err();
    by.execute(fmt::format("INSERT INTO {}.users (name, label) VALUES ('child', 7)", run_->as()));
    EXPECT_THROW(
        by.execute(fmt::format("INSERT INTO {}.users (name, label) VALUES ('no', 8)", run_->as())),
        error);
    EXPECT_EQ(run_->value("SELECT n FROM audit"), "1");
}

TEST_P(a_table_under_views, is_locked_by_its_name_where_somebody_has_changed_the_view) {
    run_->session().execute("CREATE TABLE other LIKE users");
    run_->session().execute(
        fmt::format("ALTER SQL SECURITY INVOKER VIEW {}.users AS SELECT * FROM {}.other",
                    run_->as(), run_->schema()));
    migrate(0, "ADD COLUMN may INT");
}

TEST_P(a_table_under_views, is_locked_by_its_name_where_a_table_has_taken_the_view_s) {
    run_->session().execute(fmt::format("DROP VIEW {}.users", run_->as()));
    run_->session().execute(fmt::format("CREATE TABLE {}.users (a INT)", run_->as()));
    migrate(0, "ADD COLUMN may INT");
}

TEST_P(a_table_under_views, is_changed_instantly_where_that_breaks_none) {
    for (const auto* const alter : {"DROP COLUMN full_name", "ADD COLUMN must INT NOT NULL"}) {
        const auto refused = start(alter, {"--attempt-instant-ddl"});
        EXPECT_EQ(refused->wait(), 1) << refused->out();
        EXPECT_THAT(refused->err(), HasSubstr("would be broken"));
    }
    const auto process = start("ADD COLUMN may INT", {"--attempt-instant-ddl"});
    EXPECT_EQ(process->wait(), 0) << process->err();
    EXPECT_THAT(process->err(), HasSubstr("migrated instantly"));
    run_->session().execute(fmt::format("INSERT INTO {}.users (name) VALUES ('x')", run_->as()));
    EXPECT_THAT(run_->everything(), Not(HasSubstr("_gh")));
}

TEST_P(a_table_under_views, is_swapped_by_an_account_that_may_not_lock_them_which_is_told) {
    auto root = run_->server().root();
    const auto account = fmt::format("'{}'@'%'", run_->schema());
    root.execute("CREATE USER " + account + " IDENTIFIED BY 'secret'");
    root.execute(fmt::format("GRANT ALL ON {}.* TO {}", run_->schema(), account));
    root.execute("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO " + account);
    segue_process process(segue_build::released,
                          segue_arguments(run_->server(), {run_->schema(), "users"},
                                          "ADD COLUMN may INT", {"--user=" + run_->schema()}),
                          {{"MYSQL_PWD", "secret"}});
    EXPECT_EQ(process.wait(), 0) << process.err();
    EXPECT_THAT(process.out() + process.err(),
                AllOf(HasSubstr("is not locked along with it"), HasSubstr("deadlock (1213)"),
                      HasSubstr("LOCK TABLES")));
    root.execute("DROP USER " + account);
}

/// Transactions that use another table first, and then write through the view.
class writers_through_the_view {
  public:
    writers_through_the_view(const views_run& run, unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            run.server().root().execute(
                fmt::format("INSERT INTO {}.audit VALUES ({}, 0)", run.schema(), i));
            threads_.emplace_back([this, &run, i](const std::stop_token& stop) {
                try {
                    write(run, i, stop);
                } catch (const std::exception& failure) {
                    ADD_FAILURE() << "writer " << i << ": " << failure.what();
                }
            });
        }
    }
    std::uint64_t written() const { return written_; }
    void stop() { threads_.clear(); }

  private:
    void write(const views_run& run, unsigned i, const std::stop_token& stop) {
        application_session by(run.server().over_tcp(), run.as());
        while (!stop.stop_requested()) {
            by.execute("START TRANSACTION");
            by.execute(fmt::format("UPDATE {}.audit SET n=n+1 WHERE writer={}", run.schema(), i));
            by.execute(fmt::format("INSERT INTO users (name) VALUES ('w{}')", i));
            const auto id = by.query_value("SELECT LAST_INSERT_ID()").value_or("0");
            by.execute("UPDATE users SET n=n+1, name=CONCAT(name, '!') WHERE id=" + id);
            by.execute("COMMIT");
            ++written_;
        }
    }
    std::atomic<std::uint64_t> written_ = 0;
    std::vector<std::jthread> threads_;  // Last, so that they end first.
};

// Nobody of them is ended by the swap.
TEST_P(a_table_under_views, is_migrated_while_they_are_written_through) {
    writers_through_the_view writers(*run_, 4);
    eventually("they write", [&] { return writers.written() > 50; });
    const auto process = start("ADD COLUMN may INT, ENGINE=InnoDB");
    EXPECT_EQ(process->wait(), 0) << process->err();
    const auto behind = writers.written() + 50;
    eventually("they write on", [&] { return writers.written() > behind; });
    writers.stop();
    EXPECT_EQ(run_->value("SELECT COUNT(*) FROM users WHERE full_name LIKE 'w_!' AND n=1"),
              std::to_string(writers.written()));
    EXPECT_EQ(run_->value("SELECT SUM(n) FROM audit"), std::to_string(writers.written()));
    EXPECT_EQ(run_->value("SELECT COUNT(*) FROM information_schema.COLUMNS WHERE "
                          "TABLE_SCHEMA=DATABASE() AND TABLE_NAME='users' AND COLUMN_NAME='may'"),
              "1");
    EXPECT_THAT(run_->make(0, {"--map=users.name=full_name", "--map=users.label=spare"}),
                HasSubstr("`may` is new"));
}

class the_moment_of_the_swap : public a_table_under_views {
  protected:
    /// What becomes of a transaction that comes to the view while the table is locked.
    std::string write_under_the_lock(bool views_are_locked) {
        fault_points faults;
        faults.pause("cut_over.locked");
        if (!views_are_locked) faults.leave_out("cut_over.views_locked");
        const auto process =
            start("ADD COLUMN may INT", {"--cut-over-stall-budget-millis=30000"}, &faults);
        faults.wait_reached("cut_over.locked");
        application_session by(run_->server().over_tcp(), run_->as());
        run_->session().execute("INSERT INTO audit VALUES (1, 0)");
        by.execute("START TRANSACTION");
        by.execute(fmt::format("UPDATE {}.audit SET n=1", run_->schema()));
        std::string became = "written";
        std::jthread writer([&] {
            try {
                by.execute("INSERT INTO users (name) VALUES ('late')");
                by.execute("COMMIT");
            } catch (const std::exception& failure) {
                became = failure.what();
            }
        });
        auto root = run_->server().root();
        eventually("it waits", [&] {
            return root.query_value(fmt::format(
                       "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID={} AND STATE "
                       "LIKE '%metadata lock%'",
                       by.connection_id())) == "1";
        });
        faults.go("cut_over.locked");
        EXPECT_EQ(process->wait(), 0) << process->err();
        writer.join();
        return became;
    }
};

TEST_P(the_moment_of_the_swap, ends_no_transaction_that_comes_to_the_view) {
    EXPECT_EQ(write_under_the_lock(true), "written");
    EXPECT_EQ(run_->value("SELECT COUNT(*) FROM users WHERE full_name='late'"), "1");
}

TEST_P(the_moment_of_the_swap, would_end_it_if_the_view_were_not_locked) {
    EXPECT_THAT(write_under_the_lock(false), HasSubstr("Deadlock"));
}

INSTANTIATE_TEST_SUITE_P(on, a_table_under_views, both_versions, name_of_version);
INSTANTIATE_TEST_SUITE_P(on, the_moment_of_the_swap, both_versions, name_of_version);

}  // namespace
}  // namespace segue::test
