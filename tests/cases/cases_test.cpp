// Every folder: a table is made and changed while applications write to it, and must become what
// ALTER TABLE makes of it; or Segue must refuse, and leave everything as it was.
#include "src/base/error.hpp"
#include "tests/cases/case_writers.hpp"
#include "tests/cases/table_case.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/integration/migration/replica_pair.hpp"
#include "tests/support/oracle.hpp"

#include <array>
#include <filesystem>
#include <list>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::filesystem::path folder = SEGUE_CASES_DIR;

class a_table : public testing::TestWithParam<std::string> {
  protected:
    /// Which server is changed, and where the binary log is read.
    enum class place { primary, primary_by_its_replica, replica_as_a_test };

    void migrate(const sandbox_server& server) { migrate(server, place::primary); }

    /// As the place says; `servers_` has been given.
    void migrate(const sandbox_server& server, place where) {
        where_ = where;
        for (const auto& [name, literal] : of_.globals) {
            settings_.emplace_back(server, name, literal);
            if (servers_ != nullptr) settings_.emplace_back(servers_->replica(), name, literal);
        }
        quiet_run run(server, of_.table);
        session_ = &run.session();
        for (const auto& needed : of_.needs) {
            try {
                session_->execute(needed);
            } catch (const error& failure) {
                GTEST_SKIP() << server.version() << " has not what this needs: " << failure.what();
            }
        }
        for (const auto& statement : of_.session) session_->execute(statement);
        for (const auto& statement : of_.create) session_->execute(statement);
        foreign_keys_ = foreign_keys_in(definition(run.table()), run.schema());
        if (where_ == place::replica_as_a_test && !foreign_keys_.empty())
            GTEST_SKIP() << "the swap of a test makes no foreign keys (docs/limits.md)";
        if (!of_.refused.empty())
            expect_refused(run);
        else if (!of_.stopped.empty())
            expect_stopped(run);
        else
            expect_as_native_alter(run);
    }

    // Hundreds of cases write to the same servers.
    void TearDown() override {
        if (servers_ == nullptr || HasFailure()) return;
        servers_->wait_replicated();
        const std::array<const sandbox_server*, 2> both{&servers_->primary(), &servers_->replica()};
        for (const sandbox_server* const one : both) {
            application_session session(one->over_tcp());
            session.execute("FLUSH BINARY LOGS");
            const auto logs = session.query("SHOW BINARY LOGS");
            session.execute(
                fmt::format("PURGE BINARY LOGS TO '{}'", logs.back().at(0).value_or("")));
        }
    }

    const table_case of_ = read_case(folder / GetParam());
    replica_pair* servers_ = nullptr;

  private:
    std::string definition(const table_name& table) {
        return session_->query("SHOW CREATE TABLE " + table.quoted()).at(0).at(1).value();
    }

    quiet_run::start_options options(bool postponed) const {
        quiet_run::start_options how{.postponed = postponed};
        if (!of_.chunk_size.empty()) how.more.push_back("--chunk-size=" + of_.chunk_size);
        how.more.insert(how.more.end(), of_.segue.begin(), of_.segue.end());
        if (where_ == place::primary) return how;
        auto replica = servers_->arguments();
        if (where_ == place::replica_as_a_test) {
            std::erase(replica, servers_->assume_primary());
            std::erase_if(replica, [](const auto& one) { return one.starts_with("--master-"); });
            replica.emplace_back("--test-on-replica");
        }
        how.more.insert(how.more.end(), replica.begin(), replica.end());
        return how;
    }
    void start(quiet_run& run, bool postponed) {
        if (servers_ != nullptr) servers_->wait_replicated();
        run.start(of_.alter, options(postponed));
    }

    void expect_refused(quiet_run& run) {
        const auto before = run.everything() + definition(run.table());
        start(run, /*postponed=*/false);
        run.expect_failed(of_.refused);
        EXPECT_EQ(run.everything() + definition(run.table()), before);
    }

    void expect_stopped(quiet_run& run) {
        const auto before = definition(run.table());
        case_writers writers(run.server(), run.schema(), of_.session, of_.writes);
        writers.wait_for_rounds(1);
        start(run, /*postponed=*/false);
        run.expect_failed(of_.stopped);
        run.expect_failed({"The original table is untouched"});
        writers.wait_for_rounds(1);
        writers.stop();
        EXPECT_EQ(writers.complaints(), "");
        EXPECT_EQ(definition(run.table()), before);
        EXPECT_THROW(compare(run, run.table()), error) << "ALTER TABLE does not refuse this";
    }

    oracle_answer compare(quiet_run& run, const table_name& old) const {
        return compare(run.server(), run.table(), old);
    }
    oracle_answer compare(const sandbox_server& server, const table_name& made,
                          const table_name& old) const {
        return compare_with_native_alter(server.over_tcp(),
                                         {.table = made,
                                          .old_table = old,
                                          .alter = of_.alter,
                                          .columns_not_compared = of_.not_compared,
                                          .foreign_keys = foreign_keys_,
                                          .sql_mode = of_.sql_mode,
                                          .time_zone = of_.time_zone,
                                          .name = of_.table});
    }

    void expect_as_native_alter(quiet_run& run) {
        case_writers writers(run.server(), run.schema(), of_.session, of_.writes);
        writers.wait_for_rounds(1);
        start(run, /*postponed=*/true);
        run.segue().wait_for_output("phase: postponed");
        writers.wait_for_rounds(2);
        writers.stop();
        EXPECT_EQ(writers.complaints(), "");
        run.let_cut_over();
        run.expect_swapped();
        if (where_ == place::replica_as_a_test) return compare_on_replica(run);
        const auto answer = compare(run, run.tables().old);
        EXPECT_TRUE(answer.equal()) << answer.text();
        for (const auto& check : of_.checks)
            EXPECT_EQ(session_->query_value(check).value_or("NULL"), "1") << check;
        for (const auto& statement : of_.taken) EXPECT_NO_THROW(session_->execute(statement));
        for (const auto& statement : of_.not_taken)
            EXPECT_THROW(session_->execute(statement), error) << statement;
        for (const auto& words : of_.told)
            EXPECT_NE(run.segue().err().find(words), std::string::npos)
                << "not told: " << words << "\n"
                << run.segue().err();
    }

    // Nothing is replicated since before the swap; then it goes on.
    void compare_on_replica(quiet_run& run) {
        const auto answer = compare(servers_->replica(), run.tables().ghost, run.table());
        EXPECT_TRUE(answer.equal()) << answer.text();
        servers_->on_replica({"DROP TABLE " + run.tables().ghost.quoted()});
        servers_->start_replication();
    }

    place where_ = place::primary;
    std::list<global_setting> settings_;
    std::vector<std::string> foreign_keys_;
    application_session* session_ = nullptr;
};

TEST_P(a_table, becomes_what_alter_table_makes_of_it) {
    migrate(shared_server());
}

class a_table_on_8_0 : public a_table {};

TEST_P(a_table_on_8_0, becomes_what_alter_table_makes_of_it) {
    if (const auto why = why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
    migrate(shared_server({}, "8.0"));
}

std::vector<std::string> names_on_8_0(bool in_every_run) {
    std::vector<std::string> names;
    for (const auto& name : case_names(folder))
        if (read_case(folder / name).in_every_run_on_8_0 == in_every_run) names.push_back(name);
    return names;
}

/// The log is read on a replica.
class a_table_with_a_replica : public a_table {};

TEST_P(a_table_with_a_replica, becomes_what_alter_table_makes_of_it) {
    servers_ = &shared_pair(usual_pair());
    migrate(servers_->primary(), place::primary_by_its_replica);
}

/// The replica is tested on, and has GTIDs of its own.
class a_table_on_a_replica : public a_table {};

TEST_P(a_table_on_a_replica, becomes_there_what_alter_table_makes_of_it) {
    servers_ = &shared_pair({.name = "tested_on", .replica = usual_pair().replica});
    migrate(servers_->primary(), place::replica_as_a_test);
}

const auto name_of = [](const auto& of) { return of.param; };
INSTANTIATE_TEST_SUITE_P(_, a_table, testing::ValuesIn(case_names(folder)), name_of);
INSTANTIATE_TEST_SUITE_P(_, a_table_on_8_0, testing::ValuesIn(names_on_8_0(true)), name_of);
INSTANTIATE_TEST_SUITE_P(long_, a_table_with_a_replica, testing::ValuesIn(case_names(folder)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(long_, a_table_on_a_replica, testing::ValuesIn(case_names(folder)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(long_, a_table_on_8_0, testing::ValuesIn(names_on_8_0(false)), name_of);

}  // namespace
}  // namespace segue::test
