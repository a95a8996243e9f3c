// What a deploy job sees of a run: JSON lines, the report, and the exit code.
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace segue::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds limit{120};

class a_deploy_job : public testing::Test {
  protected:
    a_deploy_job() {
        fs::create_directories(folder);
        session.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        session.execute("INSERT INTO t VALUES (1,1),(2,2),(3,3)");
    }
    ~a_deploy_job() override { fs::remove_all(folder); }

    std::vector<std::string> arguments(const std::vector<std::string>& more) const {
        auto all = more;
        all.insert(all.begin(), "--report=" + path("report"));
        return segue_arguments(server, {schema.name(), "t"}, "ADD COLUMN b INT", all);
    }
    segue_process start(const std::vector<std::string>& more, environment variables = {},
                        segue_build build = segue_build::released) const {
        return segue_process(build, arguments(more), segue_variables(server, std::move(variables)));
    }
    command_result run(const std::vector<std::string>& more) const {
        return run_command(segue_program(segue_build::released), arguments(more),
                           segue_variables(server), limit);
    }

    std::string path(const std::string& name) const { return (folder / name).string(); }
    void make(const std::string& name) const { std::ofstream(path(name)) << "old\n"; }
    std::string throttled() const {
        make("throttle");
        return "--throttle-flag-file=" + path("throttle");
    }

    json report() const { return json::parse(std::ifstream(path("report"))); }
    void expect_report(std::string_view outcome, int exit_code) const {
        const auto told = report();
        EXPECT_EQ(told["version"], 1) << told;
        EXPECT_EQ(told["outcome"], outcome) << told;
        EXPECT_EQ(told["exit_code"], exit_code) << told;
    }

    /// Each line of what was printed, which holds nothing else.
    static std::vector<json> lines(const std::string& out) {
        std::vector<json> all;
        std::istringstream from(out);
        for (std::string line; std::getline(from, line);) {
            all.push_back(json::parse(line, nullptr, /*allow_exceptions=*/false));
            const auto& one = all.back();
            EXPECT_TRUE(one.is_object()) << line;
            if (!one.is_object()) continue;
            EXPECT_EQ(one["version"], 1) << line;
            EXPECT_TRUE(one["kind"].is_string() && one["time"].is_string()) << line;
        }
        return all;
    }
    static json last_of(const std::vector<json>& lines, std::string_view kind) {
        json found;
        for (const auto& one : lines)
            if (one["kind"] == kind) found = one;
        return found;
    }

    const sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    application_session session{server.over_tcp(), schema.name()};
    const fs::path folder =
        fs::temp_directory_path() / fmt::format("segue-job-{}-{}", ::getpid(), schema.name());
};

TEST_F(a_deploy_job, that_asks_for_json_reads_nothing_else_from_standard_output) {
    auto segue = start({"--json", throttled(), "--postpone-cut-over-flag-file=" + path("hold")});
    segue.wait_for_output(R"("throttled":true)", limit);
    fs::remove(path("throttle"));
    segue.wait_for_output(R"("state":"postponing cut-over")", limit);
    fs::remove(path("hold"));
    ASSERT_EQ(segue.wait(limit), 0) << segue.err();

    const auto told = lines(segue.out());
    std::set<std::string> kinds;
    for (const auto& one : told) kinds.insert(one["kind"].get<std::string>());
    EXPECT_EQ(kinds, (std::set<std::string>{"attempt", "hint", "notice", "outcome", "phase",
                                            "status", "swapped"}));
    const auto status = last_of(told, "status");
    EXPECT_EQ(status["rows_copied"], 3) << status;
    for (const auto* number : {"rows_copied", "rows_estimate", "percent", "rows_applied", "backlog",
                               "backlog_max", "elapsed_seconds", "copy_seconds", "lag_seconds"})
        EXPECT_TRUE(status[number].is_number()) << number << status;
    const auto hint = last_of(told, "hint");
    EXPECT_EQ(hint["table"], "`" + schema.name() + "`.`t`") << hint;
    EXPECT_TRUE(hint["settings"]["max-lag-millis"].is_number()) << hint;
    const auto swapped = last_of(told, "swapped");
    EXPECT_TRUE(swapped["attempts"].is_number() && swapped["stall_max_seconds"].is_number())
        << swapped;
    EXPECT_THAT(last_of(told, "notice")["text"].get<std::string>(), HasSubstr("_t_del`"));
    EXPECT_EQ(told.back()["kind"], "outcome");
    EXPECT_EQ(told.back()["outcome"], "done");
    EXPECT_EQ(told.back()["exit_code"], 0);
    EXPECT_THAT(segue.out(), Not(HasSubstr(server.password())));
}

TEST_F(a_deploy_job, is_told_by_a_line_of_its_own_that_an_alter_was_instant) {
    const auto done = run({"--json", "--attempt-instant-ddl"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    const auto told = lines(done.out);
    std::vector<std::string> kinds;
    for (const auto& one : told) kinds.push_back(one["kind"].get<std::string>());
    EXPECT_THAT(kinds, testing::IsSupersetOf({"altered", "outcome"}));
    EXPECT_THAT(kinds, Not(testing::Contains(testing::AnyOf("attempt", "swapped"))));
    const auto altered = last_of(told, "altered");
    EXPECT_EQ(altered["instant"], true) << altered;
    EXPECT_TRUE(altered["stall_max_seconds"].is_number()) << altered;
    EXPECT_EQ(told.back()["outcome"], "done");
}

// The log of the server is the oracle: which transaction was RENAME TABLE?
TEST_F(a_deploy_job, finds_in_the_report_what_the_run_did_and_where_the_swap_stands_in_the_log) {
    auto segue = start({throttled(), "--postpone-cut-over-flag-file=" + path("hold")});
    segue.wait_for_output("State: throttled, flag-file", limit);
    fs::remove(path("throttle"));
    segue.wait_for_output("State: postponing cut-over", limit);
    EXPECT_FALSE(fs::exists(path("report")));
    session.execute("INSERT INTO t VALUES (4,4)");
    const auto before = session.query_value("SELECT @@GLOBAL.gtid_executed");
    fs::remove(path("hold"));
    ASSERT_EQ(segue.wait(limit), 0) << segue.err();

    expect_report("done", 0);
    const auto told = report();
    EXPECT_EQ(told["why"], "");
    EXPECT_EQ(told["table"], "`" + schema.name() + "`.`t`");
    EXPECT_EQ(told["rows"]["copied"], 3);
    EXPECT_EQ(told["rows"]["applied"], 1);
    std::vector<std::string> phases;
    for (const auto& one : told["phases"]) {
        phases.push_back(one["phase"]);
        EXPECT_TRUE(one["seconds"].is_number() && one["began"].is_string()) << one;
    }
    EXPECT_THAT(phases,
                testing::ElementsAre("inspect", "copy", "verify", "postponed", "cut-over", "done"));
    EXPECT_GT(told["rates"]["copied_per_second"].get<double>(), 0) << told;
    bool by_flag_file = false;
    for (const auto& one : told["throttled"]["by_reason"])
        if (one["reason"] == "flag-file") by_flag_file = one["seconds"].get<double>() > 0;
    EXPECT_TRUE(by_flag_file) << told;
    EXPECT_EQ(told["cut_over"]["attempts"], told["cut_over"]["last_attempts"].size()) << told;
    EXPECT_TRUE(told["cut_over"]["last_attempts"].back()["swapped"].get<bool>()) << told;
    EXPECT_GT(told["cut_over"]["stall_max_seconds"].get<double>(), 0) << told;
    EXPECT_EQ(told["old_table"], "`" + schema.name() + "`.`_t_del`");

    const auto position = told["cut_over"]["position"].get<std::string>();
    const auto stands_before = [&](const std::string& gtids) {
        return session.query_value(
                   fmt::format("SELECT GTID_SUBSET('{}', '{}')", gtids, position)) == "1";
    };
    EXPECT_TRUE(stands_before(before.value_or(""))) << position;
    std::string gtid;
    std::string of_rename;
    for (const auto& row :
         session.query("SHOW BINLOG EVENTS IN '" +
                       session.query("SHOW BINARY LOGS").back().at(0).value_or("") + "'")) {
        const auto text = row.at(5).value_or("");
        if (row.at(2) == "Gtid")
            gtid = text.substr(text.find('\'') + 1, text.rfind('\'') - text.find('\'') - 1);
        if (text.find("RENAME TABLE `" + schema.name() + "`.`t`") != text.npos) of_rename = gtid;
    }
    ASSERT_NE(of_rename, "");
    EXPECT_FALSE(stands_before(of_rename)) << of_rename << " in " << position;
}

TEST_F(a_deploy_job, learns_that_a_run_was_stopped_by_a_signal) {
    auto segue = start({"--json", throttled()});
    segue.wait_for_output(R"("throttled":true)", limit);
    segue.signal(SIGINT);
    EXPECT_EQ(segue.wait(limit), 1);
    expect_report("stopped", 1);
    EXPECT_EQ(report()["stopped_by"], "signal");
    EXPECT_THAT(report()["needed"].get<std::string>(), HasSubstr("_t_gho"));
    EXPECT_EQ(report()["left_behind"], "");
    const auto last = lines(segue.out()).back();
    EXPECT_EQ(last["outcome"], "stopped") << last;
    EXPECT_EQ(last["stopped_by"], "signal") << last;
    EXPECT_EQ(last["last_words"][0], "The original table is untouched.") << last;
}

TEST_F(a_deploy_job, learns_of_an_end_that_a_second_signal_made) {
    fault_points faults;
    faults.pause("migration.before_attempt");
    auto segue = start({"--json"}, faults.variables(), segue_build::faulty);
    faults.wait_reached("migration.before_attempt", limit);
    segue.signal(SIGTERM);
    segue.wait_for_output("stopping in order", limit);
    segue.signal(SIGTERM);
    EXPECT_EQ(segue.wait(limit), 1);
    expect_report("stopped", 1);
    EXPECT_EQ(report()["why"], "ended at once by a second signal");
    EXPECT_EQ(lines(segue.out()).back()["outcome"], "stopped");
}

TEST_F(a_deploy_job, learns_of_the_swap_from_a_run_that_is_ended_behind_it) {
    fault_points faults;
    faults.pause("migration.before_drop");
    auto segue = start({"--json"}, faults.variables(), segue_build::faulty);
    faults.wait_reached("migration.before_drop", limit);
    segue.signal(SIGTERM);
    segue.wait_for_output("stopping in order", limit);
    segue.signal(SIGTERM);
    EXPECT_EQ(segue.wait(limit), 0);
    expect_report("done", 0);
    EXPECT_NE(report()["cut_over"]["position"], "");
    EXPECT_EQ(lines(segue.out()).back()["outcome"], "done");
}

TEST_F(a_deploy_job, learns_what_was_refused_at_the_start) {
    make("report");
    auto refused = run({"--json", "--alter=DROP COLUMN nowhere"});
    EXPECT_EQ(refused.exit_code, 1);
    expect_report("refused", 1);
    EXPECT_THAT(report()["why"].get<std::string>(), HasSubstr("nowhere"));
    EXPECT_EQ(lines(refused.out).back()["outcome"], "refused") << refused.out;

    make("report");
    refused = run({"--json", "--table="});
    EXPECT_EQ(refused.exit_code, 1);
    expect_report("refused", 1);
    EXPECT_THAT(report()["why"].get<std::string>(), HasSubstr("--table is missing"));
    EXPECT_EQ(lines(refused.out).back()["why"], report()["why"]);

    const auto unknown = run({"--json", "--nonsense"});
    EXPECT_EQ(unknown.exit_code, 2);
    EXPECT_EQ(lines(unknown.out).back()["exit_code"], 2) << unknown.out;
    EXPECT_THAT(lines(unknown.out).back()["why"].get<std::string>(), HasSubstr("--nonsense"));
    EXPECT_THAT(run({"--nonsense"}).out, HasSubstr("unknown flag: --nonsense"));
}

TEST_F(a_deploy_job, learns_that_the_server_cannot_be_reached) {
    EXPECT_EQ(run({"--port=1"}).exit_code, 1);
    expect_report("refused", 1);
    EXPECT_THAT(report()["why"].get<std::string>(), HasSubstr("--port"));
}

TEST_F(a_deploy_job, has_a_report_of_a_rehearsal_and_its_statement_as_gh_ost_prints_it) {
    const auto told = run({"--execute=false"});
    EXPECT_EQ(told.exit_code, 0) << told.err;
    EXPECT_THAT(told.out, HasSubstr("\nCREATE TABLE `_t_gho` (\n  `id` int NOT NULL,\n"));
    EXPECT_TRUE(told.out.ends_with("\n# Done\n")) << told.out;
    expect_report("done", 0);
    EXPECT_TRUE(report()["rehearsal"].get<bool>());

    const auto as_json = lines(run({"--execute=false", "--json"}).out);
    EXPECT_EQ(as_json.back()["outcome"], "done");
    const auto rehearsal = last_of(as_json, "rehearsal");
    EXPECT_THAT(rehearsal["create_table"].get<std::string>(), HasSubstr("CREATE TABLE `t` ("));
    EXPECT_TRUE(rehearsal["rows_estimate"].is_number()) << rehearsal;
}

TEST_F(a_deploy_job, is_told_at_the_start_of_a_report_that_cannot_be_written) {
    make("file");
    for (const auto& [place, why] : std::vector<std::pair<std::string, std::string>>{
             {path("nowhere/report"), "No such file or directory"},
             {path("file") + "/report", "Not a directory"},
             {folder.string(), "no plain file"},
             {"/dev/null", "no plain file"}}) {
        const auto refused = run_command(segue_program(segue_build::released),
                                         segue_arguments(server, {schema.name(), "t"},
                                                         "ADD COLUMN b INT", {"--report=" + place}),
                                         segue_variables(server), limit);
        EXPECT_EQ(refused.exit_code, 1) << place;
        EXPECT_THAT(refused.err, HasSubstr("--report=" + place)) << place;
        EXPECT_THAT(refused.err, HasSubstr(why)) << place;
        EXPECT_EQ(refused.out, "") << place;
    }
    EXPECT_TRUE(session.query("SHOW COLUMNS FROM t LIKE 'b'").empty());
}

TEST_F(a_deploy_job, finds_no_report_of_an_earlier_run_while_another_is_at_work) {
    make("report");
    fs::create_symlink(path("report"), path("link"));
    auto segue = start({throttled(), "--report=" + path("link")});
    segue.wait_for_output("State: throttled", limit);
    segue.signal(SIGKILL);
    EXPECT_EQ(segue.wait(limit), 128 + SIGKILL);
    EXPECT_FALSE(fs::exists(path("report")));
    std::size_t files = 0;
    for (const auto& one : fs::directory_iterator(folder))
        if (one.path().filename().string().starts_with("report")) ++files;
    EXPECT_EQ(files, 0U);
}

TEST_F(a_deploy_job, that_reads_nothing_gets_the_report_all_the_same) {
    std::vector<std::string> words{"-c", R"(exec "$0" "$@" >&- 2>&-)",
                                   segue_program(segue_build::released)};
    for (const auto& word : arguments({"--json"})) words.push_back(word);
    child_process segue("/bin/sh", words, segue_variables(server));
    EXPECT_EQ(segue.wait(limit), 0);
    expect_report("done", 0);
}

TEST_F(a_deploy_job, sees_the_hints_at_the_start_and_at_the_end) {
    auto segue = start({throttled()});
    segue.wait_for_output("State: throttled", limit);
    fs::remove(path("throttle"));
    ASSERT_EQ(segue.wait(limit), 0) << segue.err();
    const auto out = segue.out();
    const auto first = out.find("# Migrating `");
    const auto last = out.rfind("# Migrating `");
    ASSERT_NE(first, std::string::npos);
    EXPECT_NE(first, last) << out;
    EXPECT_GT(last, out.find("State: throttled")) << out;
    EXPECT_GT(out.find("\nCopy: ", last), last) << out;
}

}  // namespace
}  // namespace segue::test
