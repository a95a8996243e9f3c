// `segue status --database`: what is going on in a schema, by what runs have written down there.
#include "tests/integration/expand/expand_run.hpp"
#include "tests/support/patience.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace segue::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class undertakings : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL)");
        run.fill("name", "CONCAT('Name ', i)", 500);
    }
    // Ends where the fault is, as if it were killed there.
    void kill_at(const std::string& point, const std::string& command,
                 const std::vector<std::string>& flags) {
        fault_points faults;
        faults.abort(point);
        const auto process = run.start(flags, {.command = command, .faults = &faults});
        ASSERT_EQ(process->wait(3 * patience), 128 + SIGKILL) << process->err();
    }
    std::string status() { return run.other(0, {"status"}); }
    expand_run run{shared_server({}, GetParam())};
};

TEST_P(undertakings, are_none_where_nothing_was_begun) {
    EXPECT_THAT(status(), HasSubstr("Nothing is going on."));
}

TEST_P(undertakings, are_told_with_what_they_are_and_since_when) {
    run.expand(0, {"--rename=name=full_name"});
    EXPECT_THAT(status(), AllOf(HasSubstr("expand of `" + run.schema() +
                                          "`.`t`: `full_name` beside `name`\n  phase verified, "
                                          "since 20"),
                                HasSubstr("pairs that disagree: 0"), HasSubstr("begun 20")));
    run.session().execute("ALTER TABLE t ADD COLUMN loud VARCHAR(40)");
    kill_at("backfill.rows_set", "backfill", {"--set=loud = UPPER(name)"});
    EXPECT_THAT(status(), AllOf(HasSubstr("backfill of `" + run.schema() + "`.`t`: "),
                                HasSubstr("expand of"), HasSubstr("last heard of 20")));
    run.other(0, {"views", "--view=t_v1", "--map=full=name", "--execute"});
    EXPECT_THAT(status(), HasSubstr("views of `" + run.schema() + "`.`t`: the view `" +
                                    run.schema() + "`.`t_v1`\n"));
    run.other(0, {"cleanup", "--execute"});
    EXPECT_THAT(status(), AllOf(Not(HasSubstr("backfill of")), HasSubstr("expand of")));
}

TEST_P(undertakings, of_a_migration_tell_how_far_it_is) {
    kill_at("cut_over.before_lock", "--alter=ADD COLUMN c INT", {});
    const auto told = status();
    EXPECT_THAT(told, AllOf(HasSubstr("migration of `" + run.schema() +
                                      "`.`t`: ADD COLUMN c INT\n  phase "),
                            HasSubstr("500 rows copied"), HasSubstr("last heard of 20")));
}

TEST_P(undertakings, are_told_to_programs) {
    run.expand(0, {"--rename=name=full_name"});
    const auto lines = run.other(0, {"status", "--json"});
    const auto told = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
    ASSERT_EQ(told["undertakings"].size(), 1U) << told;
    const auto& one = told["undertakings"][0];
    EXPECT_EQ(one["kind"], "expand");
    EXPECT_EQ(one["phase"], "verified");
    EXPECT_EQ(one["table"], "`" + run.schema() + "`.`t`");
}

TEST_P(undertakings, are_not_told_to_be_none_where_they_cannot_be_seen) {
    const std::string account = "'" + run.schema() + "'@'%'";
    run.session().execute("CREATE USER " + account + " IDENTIFIED BY 'secret'");
    run.session().execute("GRANT INSERT ON `" + run.schema() + "`.* TO " + account);
    EXPECT_THAT(run.other(1, {"status", "--user=" + run.schema(), "--password=secret"}),
                HasSubstr("the account lacks SELECT"));
    run.session().execute("DROP USER " + account);
}

INSTANTIATE_TEST_SUITE_P(here, undertakings, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, undertakings, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

}  // namespace
}  // namespace segue::test
