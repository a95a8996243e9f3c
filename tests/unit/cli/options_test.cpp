#include "cli/command_line/options.hpp"

#include "cli/command_line/flags.hpp"
#include "src/expressions/assignment.hpp"
#include "tests/unit/cli/command_lines.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

TEST_F(a_command_line, defaults_are_those_of_the_table) {
    const auto made = run({});
    EXPECT_EQ(made.run.connection.server.text(), "127.0.0.1:3306");
    EXPECT_EQ(made.run.connection.user, "me");
    EXPECT_EQ(made.run.connection.password, "");
    EXPECT_EQ(made.run.connection.tls.mode, wire::tls_mode::disabled);
    EXPECT_EQ(made.run.connection.connect_timeout, 10s);
    EXPECT_EQ(made.run.connection.read_timeout, 60s);
    EXPECT_EQ(made.run.request.original, (table_name{"d", "t"}));
    EXPECT_EQ(made.run.request.alter_text, "ADD a INT");
    EXPECT_FALSE(made.execute);
    EXPECT_EQ(made.run.carrying.copy_workers, 2U);
    EXPECT_EQ(made.run.carrying.pace.chunk_rows, std::nullopt);
    EXPECT_EQ(made.run.carrying.pace.chunk_time, 250ms);
    EXPECT_EQ(made.run.carrying.failures_max, 60U);
    EXPECT_EQ(made.run.wait_for_server, std::chrono::seconds(600));
    EXPECT_FALSE(made.run.carrying.locking_reads);
    EXPECT_EQ(made.run.carrying.pace.lag_max, 1500ms);
    EXPECT_THAT(made.run.carrying.pace.control_replicas, IsEmpty());
    EXPECT_EQ(made.run.carrying.throttling.flag_file, "");
    EXPECT_EQ(made.run.carrying.throttling.additional_flag_file, "/tmp/gh-ost.throttle");
    EXPECT_THAT(made.run.carrying.pace.max_load, IsEmpty());
    EXPECT_THAT(made.run.carrying.pace.critical_load, IsEmpty());
    EXPECT_EQ(made.run.carrying.throttling.critical_load.look_again_after, 0ms);
    EXPECT_EQ(made.run.carrying.throttling.critical_load.hibernate_for, 0s);
    EXPECT_EQ(made.run.carrying.pace.nice_ratio, 0.0);
    EXPECT_EQ(made.run.carrying.heartbeat_interval, 100ms);
    EXPECT_EQ(made.run.postpone_flag_file, "");
    EXPECT_EQ(made.run.panic_flag_file, "");
    EXPECT_EQ(made.run.request.naming.base, "");
    EXPECT_EQ(made.run.request.naming.old_stamp, "");
    EXPECT_FALSE(made.run.request.allow_zero_dates);
    EXPECT_EQ(made.run.stall_budget, 500ms);
    EXPECT_EQ(made.run.cut_over_pause_max, std::nullopt);
    EXPECT_FALSE(made.run.ignore_old_snapshots);
    EXPECT_FALSE(made.run.accept_slow_rename);
    EXPECT_EQ(made.run.kill_blockers_after, std::nullopt);
    EXPECT_FALSE(made.run.drop_old_table);
    EXPECT_FALSE(made.run.request.drop_ghost);
    EXPECT_FALSE(made.run.request.drop_old);
    EXPECT_EQ(made.run.carrying.replica_server_id, 99999U);
    EXPECT_EQ(made.log_level, log::level::error);
}

TEST_F(a_command_line, each_set_counts_whatever_stands_in_it) {
    const auto made =
        run({"--set=a = CONCAT(b, ',')", "--set", "`c,d`=1", "--allow-nondeterministic"});
    EXPECT_EQ(expressions::text_of(made.run.request.sets), "`a` = CONCAT(b, ',')\n`c,d` = 1");
    EXPECT_TRUE(made.run.request.nondeterministic_sets);
    EXPECT_TRUE(run({}).run.request.sets.empty());
    EXPECT_FALSE(run({}).run.request.nondeterministic_sets);
    EXPECT_THAT(read_complete({"--set="}).fatal, HasSubstr("--set is empty"));
    EXPECT_THAT(read_complete({"--set=a=1", "--set="}).fatal,
                HasSubstr("it begins with no column"));
    EXPECT_THAT(read_complete({"--set=a <=> 1"}).fatal, HasSubstr("no = stands behind the column"));
    EXPECT_THAT(read_complete({"--set=a=1", "--attempt-instant-ddl"}).notices,
                testing::Contains(HasSubstr("--attempt-instant-ddl has no effect beside --set")));
    EXPECT_THAT(read_complete({"--allow-nondeterministic"}).notices,
                testing::Contains(HasSubstr("has no effect without --set")));
}

TEST_F(a_command_line, every_flag_is_carried_over) {
    const auto made = run({"--host=db1",
                           "-port",
                           "0xCEB",
                           "--user",
                           "u",
                           "--password",
                           "[p,q]",
                           "--mysql-timeout",
                           "2.5",
                           "--execute",
                           "--threads=8",
                           "--chunk-size",
                           "1_000",
                           "--chunk-time=100",
                           "--default-retries=5",
                           "--wait-for-server-seconds=90",
                           "--locking-reads",
                           "--max-lag-millis=2000",
                           "--throttle-control-replicas=r1:3307,r2",
                           "--throttle-flag-file=/a",
                           "--throttle-additional-flag-file=",
                           "--max-load=Threads_running=25",
                           "--critical-load=Threads_running=50,Threads_connected=900",
                           "--critical-load-interval-millis=3000",
                           "--critical-load-hibernate-seconds=60",
                           "--nice-ratio=1.5",
                           "--heartbeat-interval-millis=200",
                           "--postpone-cut-over-flag-file=/b",
                           "--panic-flag-file=/c",
                           "--force-table-names=m",
                           "--timestamp-old-table",
                           "--allow-zero-in-date",
                           "--cut-over-stall-budget-millis=300",
                           "--cut-over-exponential-backoff",
                           "--exponential-backoff-max-interval=20",
                           "--ignore-old-snapshots",
                           "--accept-slow-rename",
                           "--kill-blockers-after-seconds=90",
                           "--ok-to-drop-table",
                           "--initially-drop-ghost-table",
                           "--initially-drop-old-table",
                           "--replica-server-id=7",
                           "--verbose"});
    EXPECT_EQ(made.run.connection.server.text(), "db1:3307");
    EXPECT_EQ(made.run.connection.user, "u");
    EXPECT_EQ(made.run.connection.password, "[p,q]");
    EXPECT_EQ(made.run.connection.connect_timeout, 2500ms);
    EXPECT_EQ(made.run.connection.read_timeout, 2500ms);
    EXPECT_TRUE(made.execute);
    EXPECT_EQ(made.run.carrying.copy_workers, 8U);
    EXPECT_EQ(made.run.carrying.pace.chunk_rows, 1000U);
    EXPECT_EQ(made.run.carrying.pace.chunk_time, 100ms);
    EXPECT_EQ(made.run.carrying.failures_max, 5U);
    EXPECT_EQ(made.run.wait_for_server, std::chrono::seconds(90));
    EXPECT_TRUE(made.run.carrying.locking_reads);
    EXPECT_EQ(made.run.carrying.pace.lag_max, 2s);
    ASSERT_EQ(made.run.carrying.pace.control_replicas.size(), 2U);
    EXPECT_EQ(made.run.carrying.pace.control_replicas[0].text(), "r1:3307");
    EXPECT_EQ(made.run.carrying.throttling.flag_file, "/a");
    EXPECT_EQ(made.run.carrying.throttling.additional_flag_file, "");
    EXPECT_THAT(made.run.carrying.pace.max_load,
                ElementsAre(throttle::load_limit{"Threads_running", 25}));
    EXPECT_THAT(made.run.carrying.pace.critical_load,
                ElementsAre(throttle::load_limit{"Threads_running", 50},
                            throttle::load_limit{"Threads_connected", 900}));
    EXPECT_EQ(made.run.carrying.throttling.critical_load.look_again_after, 3s);
    EXPECT_EQ(made.run.carrying.throttling.critical_load.hibernate_for, 60s);
    EXPECT_EQ(made.run.carrying.pace.nice_ratio, 1.5);
    EXPECT_EQ(made.run.carrying.heartbeat_interval, 200ms);
    EXPECT_EQ(made.run.postpone_flag_file, "/b");
    EXPECT_EQ(made.run.panic_flag_file, "/c");
    EXPECT_EQ(made.run.request.naming.base, "m");
    EXPECT_THAT(made.run.request.naming.old_stamp, MatchesRegex("20[0-9]{12}"));
    EXPECT_TRUE(made.run.request.allow_zero_dates);
    EXPECT_EQ(made.run.stall_budget, 300ms);
    EXPECT_EQ(made.run.cut_over_pause_max, 20s);
    EXPECT_TRUE(made.run.ignore_old_snapshots);
    EXPECT_TRUE(made.run.accept_slow_rename);
    EXPECT_EQ(made.run.kill_blockers_after, 90s);
    EXPECT_TRUE(made.run.drop_old_table);
    EXPECT_TRUE(made.run.request.drop_ghost);
    EXPECT_TRUE(made.run.request.drop_old);
    EXPECT_EQ(made.run.carrying.replica_server_id, 7U);
    EXPECT_EQ(made.log_level, log::level::info);
}

TEST_F(a_command_line, every_flag_of_the_table_is_taken) {
    for (const auto& entry : flags()) {
        if (entry.answered_by == flag_answer::refusal) continue;
        auto argument = "--" + std::string(entry.name);
        if (entry.kind == flag_kind::integer) argument += "=1";
        if (entry.kind == flag_kind::integer_or_boolean) argument += "=1";
        if (entry.kind == flag_kind::real) argument += "=1";
        if (entry.kind == flag_kind::text) argument += "=x";
        const auto result = read({argument, "--check-flag"});
        EXPECT_EQ(result.exit_code, 0) << argument;
        EXPECT_EQ(result.output, "") << argument;
    }
}

TEST_F(a_command_line, of_verify_names_two_tables_and_needs_no_alter) {
    const auto verify = [this](std::vector<std::string> more) {
        more.insert(more.begin(), {"verify", "--user=me", "--database=d", "--table=_t_del"});
        return read(more);
    };
    const auto plain = verify({"--with-table=t"});
    ASSERT_TRUE(plain.run);
    EXPECT_EQ(plain.asked, job::verify);
    EXPECT_EQ(plain.run->run.request.original, (table_name{"d", "_t_del"}));
    EXPECT_EQ(plain.run->compared_with, (table_name{"d", "t"}));
    const auto by_alter = verify({"--with-table=t", "--with-database=e", "--alter=DROP COLUMN a"});
    ASSERT_TRUE(by_alter.run);
    EXPECT_EQ(by_alter.run->compared_with, (table_name{"e", "t"}));
    EXPECT_EQ(by_alter.run->run.request.alter_text, "DROP COLUMN a");
    EXPECT_EQ(verify({}).fatal, "--with-table is missing: it names the table to compare with");
    EXPECT_EQ(verify({"--with-table=t", "--verify=none"}).exit_code, 1);
    EXPECT_EQ(read_complete({"--with-table=t"}).fatal, "--with-table is of `segue verify` alone");
}

TEST_F(a_command_line, of_views_names_a_schema_or_a_view_and_its_table) {
    const auto by_views = [this](std::vector<std::string> more) {
        more.insert(more.begin(), {"views", "--user=me", "--database=d"});
        return read(more);
    };
    const auto schema = by_views({"--as=d_v1", "--map=t.a=b", "--map=u.c=d", "--execute"});
    ASSERT_TRUE(schema.run);
    EXPECT_EQ(schema.asked, job::views);
    EXPECT_TRUE(schema.run->execute);
    EXPECT_EQ(schema.run->views.database, "d");
    EXPECT_EQ(schema.run->views.as, "d_v1");
    EXPECT_EQ(schema.run->views.with, views::security::invoker);
    ASSERT_EQ(schema.run->views.maps.size(), 2U);
    EXPECT_EQ(schema.run->views.maps[1].text(), "`u`.`c`=`d`");
    const auto one = by_views({"--view=v", "--table=t", "--sql-security=definer"});
    ASSERT_TRUE(one.run);
    EXPECT_EQ(one.run->views.view, "v");
    EXPECT_EQ(one.run->views.table, "t");
    EXPECT_EQ(one.run->views.with, views::security::definer);
    EXPECT_TRUE(by_views({"--view=v", "--drop"}).run->drop);
    EXPECT_THAT(by_views({}).fatal, HasSubstr("either --as SCHEMA"));
    EXPECT_THAT(by_views({"--view=v"}).fatal, HasSubstr("--table is missing"));
    EXPECT_EQ(read_complete({"--map=a=b"}).fatal, "--map is of `segue views` alone");
    EXPECT_THAT(read({"views", "--help"}).output, testing::StartsWith("Usage: segue views "));
}

TEST_F(a_command_line, says_what_is_split_into_what) {
    const auto split = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"split", "--user=me", "--database=d"});
        return read(more);
    };
    const std::vector<std::string> all = {"--from=t", "--into=a", "--columns=b=a"};
    const auto with = [&](const std::string& one) {
        auto words = all;
        words.push_back(one);
        return split(words);
    };
    const auto locked = with("--finish=lock");
    ASSERT_TRUE(locked.run) << locked.fatal;
    EXPECT_EQ(locked.asked, job::split);
    EXPECT_EQ(locked.run->run.request.original.name, "t");
    EXPECT_EQ(locked.run->split.into, "a");
    EXPECT_TRUE(locked.run->split.locked);
    EXPECT_FALSE(with("--finish=in-step").run->split.locked);
    EXPECT_EQ(with("--where=a > 1").run->where, "a > 1");
    EXPECT_TRUE(with("--finish-when-copied").run->split.when_copied);
    EXPECT_THAT(split({"--from=t", "--into=a"}).fatal, HasSubstr("--columns is missing"));
    EXPECT_THAT(split({"--into=a", "--columns=a"}).fatal, HasSubstr("--from is missing"));
    EXPECT_EQ(with("--table=t").exit_code, 2);
    EXPECT_THAT(with("--where=").fatal, HasSubstr("--where is empty"));
    EXPECT_EQ(with("--finish=now").exit_code, 1);
    EXPECT_EQ(with("--set=b = a").exit_code, 2);
    EXPECT_EQ(read_complete({"--into=a"}).fatal, "--into is of `segue split` alone");
    EXPECT_THAT(read({"split", "--help"}).output, testing::StartsWith("Usage: segue split "));
}

TEST_F(a_command_line, says_by_what_a_column_is_expanded) {
    const auto expand = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"expand", "--user=me", "--database=d", "--table=t"});
        return read(more);
    };
    const auto renamed = expand({"--rename=a=b", "--trigger-order=precedes", "--touch"});
    ASSERT_TRUE(renamed.run) << renamed.fatal;
    EXPECT_EQ(renamed.asked, job::expand);
    EXPECT_EQ(renamed.run->expand.rename, "a=b");
    EXPECT_EQ(renamed.run->expand.order, "precedes");
    EXPECT_TRUE(renamed.run->touch);
    EXPECT_EQ(renamed.run->run.carrying.pace.chunk_time, std::chrono::milliseconds(100));
    ASSERT_TRUE(expand({"--column=b INT", "--up=b = a", "--down=a = b"}).run);
    EXPECT_THAT(expand({"--column=b INT", "--up=b = a"}).fatal, HasSubstr("--down is missing"));
    EXPECT_THAT(expand({"--rename=a=b", "--up=b = a"}).fatal, HasSubstr("--rename says"));
    EXPECT_EQ(expand({"--rename=a=b", "--trigger-order=first"}).exit_code, 1);
    EXPECT_EQ(expand({"--rename=a=b", "--set=b = a"}).exit_code, 2);
    EXPECT_EQ(read_complete({"--definer=a@b"}).fatal, "--definer is of `segue expand` alone");
    EXPECT_EQ(read_complete({"--touch"}).fatal,
              "--touch is of `segue backfill` and `segue expand` alone");
    EXPECT_THAT(read({"expand", "--help"}).output, testing::StartsWith("Usage: segue expand "));
}

TEST_F(a_command_line, says_which_of_two_names_goes) {
    const auto contract = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"contract", "--user=me", "--database=d", "--table=t"});
        return read(more);
    };
    const auto drops = contract({"--drop", "name", "--indexes=move", "--unused-for=12h",
                                 "--watch=db2,db3:3307", "--watch=db4", "--max-lag-millis=100"});
    ASSERT_TRUE(drops.run) << drops.fatal;
    EXPECT_EQ(drops.asked, job::contract);
    EXPECT_EQ(drops.run->contract.drop, "name");
    EXPECT_EQ(drops.run->contract.indexes, "move");
    EXPECT_EQ(drops.run->contract.unused_for, std::chrono::hours(12));
    EXPECT_EQ(drops.run->contract.watched.size(), 3U);
    EXPECT_EQ(contract({"--drop=name"}).run->contract.unused_for, std::chrono::hours(7 * 24));
    const auto abandons = contract({"--abandon=full_name", "--despite-use"});
    ASSERT_TRUE(abandons.run) << abandons.fatal;
    EXPECT_EQ(abandons.run->contract.abandon, "full_name");
    EXPECT_TRUE(abandons.run->contract.despite_use);
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{},
                                               {"--drop=a", "--abandon=b"},
                                               {"--drop="},
                                               {"--abandon=b", "--watch=db2"},
                                               {"--drop=a", "--unused-for=7"},
                                               {"--drop=a", "--unused-for=-1d"},
                                               {"--drop=a", "--indexes=keep"}})
        EXPECT_EQ(contract(wrong).exit_code, 1) << testing::PrintToString(wrong);
    for (const std::string wrong : {"--alter=DROP a", "--set=a = b", "--test-on-replica",
                                    "--attempt-instant-ddl", "--rename=a=b"})
        EXPECT_EQ(contract({"--drop=a", wrong}).exit_code, 2) << wrong;
    EXPECT_EQ(read_complete({"--despite-use"}).fatal, "--despite-use is of `segue contract` alone");
    const std::string help = read({"contract", "--help"}).output;
    EXPECT_THAT(help, testing::StartsWith("Usage: segue contract "));
    EXPECT_THAT(help, HasSubstr("--drop COLUMN"));
}

TEST_F(a_command_line, a_command_has_a_help_of_its_own) {
    const auto help = [&](const std::string& command) { return read({command, "--help"}).output; };
    const std::string verify = help("verify");
    EXPECT_THAT(verify, testing::StartsWith("Usage: segue verify "));
    EXPECT_THAT(verify, HasSubstr("--with-table"));
    EXPECT_THAT(verify, HasSubstr("4 they differ"));
    EXPECT_THAT(verify, Not(HasSubstr("--hooks-path")));
    const std::string cleanup = help("cleanup");
    EXPECT_THAT(cleanup, HasSubstr("--execute"));
    EXPECT_THAT(cleanup, Not(HasSubstr("--with-table")));
    EXPECT_THAT(cleanup, Not(HasSubstr("a rehearsal")));
    for (const auto* flag : {"--alter", "--initially-drop-ghost-table", "--ok-to-drop-table"})
        EXPECT_THAT(cleanup, HasSubstr(flag));
    for (const auto* of_a_run :
         {"the primary is looked", "|none", "swap", "migration stops", "new table"})
        EXPECT_THAT(verify, Not(HasSubstr(of_a_run)));
}

TEST_F(a_command_line, of_a_command_has_no_flags_that_mean_nothing_to_it) {
    const auto refused = [this](const std::string& command, const std::string& flag) {
        const auto result = read({command, "--user=me", "--database=d", "--table=t", flag});
        EXPECT_EQ(result.exit_code, 2) << flag;
        EXPECT_FALSE(result.run) << flag;
        const auto name = flag.substr(0, flag.find('='));
        EXPECT_THAT(result.output,
                    testing::StartsWith(name + " means nothing to `segue " + command + "`"));
    };
    for (const auto* flag :
         {"--execute", "--initially-drop-old-table", "--postpone-cut-over-flag-file=/tmp/p"})
        refused("verify", flag);
    for (const auto* flag : {"--report=/tmp/r", "--attempt-instant-ddl", "--max-load=Threads=1"})
        refused("cleanup", flag);
    refused("backfill", "--cut-over-stall-budget-millis=100");
    refused("views", "--cut-over-stall-budget-millis=100");
    EXPECT_TRUE(read({"cleanup", "--user=me", "--alter=ALTER TABLE d.t ENGINE=InnoDB",
                      "--ok-to-drop-table", "--initially-drop-ghost-table"})
                    .run);
}

TEST_F(a_command_line, of_an_unknown_command_names_the_nearest_and_all_of_them) {
    const auto told = [this](const std::string& word) {
        const auto result = read({word, "--database=d"});
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_THAT(
            result.output,
            HasSubstr("backfill, cleanup, contract, ctl, expand, split, status, verify and views"));
        return result.output;
    };
    EXPECT_THAT(told("clean-up"), HasSubstr("did you mean cleanup?"));
    EXPECT_THAT(told("verfy"), HasSubstr("did you mean verify?"));
    EXPECT_THAT(told("help"), HasSubstr("did you mean --help?"));
    EXPECT_THAT(told("geheim"), Not(HasSubstr("geheim")));
}

TEST_F(a_command_line, text_is_taken_literally) {
    for (const auto* text : {"--x", "-1", "[a,b]", "a,b", "a b", "\"q\"", "#;", "=", "{}", "$X"})
        EXPECT_EQ(run({"--password", text}).run.connection.password, text);
}

TEST_F(a_command_line, unknown_flags_and_bad_values_are_told_in_one_line_and_end_with_two) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"--nonsense"},
                                               {"--port=x"},
                                               {"--execute=maybe"},
                                               {"--verbose", "false"},
                                               {"--mysql-timeout=1s"},
                                               {"--no-such-flag", "--check-flag"},
                                               {"--alter"},
                                               {"word"}}) {
        const auto result = read(arguments);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_FALSE(result.run);
        EXPECT_EQ(std::ranges::count(result.output, '\n'), 1);
        EXPECT_THAT(result.output, HasSubstr("segue --help"));
        EXPECT_EQ(result.fatal, "");
    }
}

TEST_F(a_command_line, help_names_every_flag_with_its_default_and_ends_with_zero) {
    for (const auto* argument : {"-h", "--help", "-help"}) {
        const auto result = read({argument});
        EXPECT_EQ(result.exit_code, 0);
        EXPECT_FALSE(result.run);
        EXPECT_THAT(result.output, StartsWith("Usage of segue:"));
        for (const auto& entry : flags()) {
            const auto line = "--" + std::string(entry.name);
            const auto behind = entry.kind == flag_kind::boolean ? "" : " ";
            const auto at = result.output.find("\n  " + line + behind);
            ASSERT_NE(at, std::string::npos) << line;
            const auto text = result.output.substr(at, 200);
            if (entry.kind == flag_kind::boolean) continue;
            EXPECT_THAT(text, HasSubstr(line + " " + std::string(entry.value_name)));
            if (entry.default_text.empty()) continue;
            EXPECT_THAT(text, HasSubstr("(default " + std::string(entry.default_text) + ")"));
        }
    }
}

TEST_F(a_command_line, version_is_printed_and_ends_with_zero) {
    const auto result = read({"--version"});
    EXPECT_EQ(result.output, "1.2.3 (git commit: abc)\n");
    EXPECT_EQ(result.exit_code, 0);
}

TEST_F(a_command_line, check_flag_says_nothing_when_all_can_be_read) {
    const auto result = read({"--check-flag", "--max-load=x", "--port=1"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.output + result.fatal, "");
    EXPECT_FALSE(result.run);
    EXPECT_EQ(read({"--check-flag", "--nonsense"}).exit_code, 2);
    // The example of gh-ost's own help, in which the first flag takes the second for its value.
    EXPECT_EQ(
        read({"--check-flag", "--cut-over-lock-timeout-seconds", "--nice-ratio", "0"}).exit_code,
        2);
}

TEST_F(a_command_line, the_alter_is_missed_first_then_the_database_then_the_table) {
    EXPECT_THAT(read({}).fatal, HasSubstr("--alter"));
    EXPECT_EQ(read({}).exit_code, 1);
    EXPECT_THAT(read({"--alter=ADD a INT"}).fatal, HasSubstr("--database"));
    EXPECT_THAT(read({"--alter=ADD a INT", "--database=d"}).fatal, HasSubstr("--table"));
}

TEST_F(a_command_line, a_whole_alter_names_database_and_table) {
    auto result = read({"--user=u", "--alter", "ALTER TABLE `d 1`.t ADD a INT"});
    ASSERT_TRUE(result.run);
    EXPECT_EQ(result.run->run.request.original, (table_name{"d 1", "t"}));
    result = read({"--user=u", "--database=x", "--alter", "ALTER TABLE t ADD a INT"});
    ASSERT_TRUE(result.run);
    EXPECT_EQ(result.run->run.request.original, (table_name{"x", "t"}));
    EXPECT_THAT(read({"--alter", "ALTER TABLE t ADD a INT"}).fatal, HasSubstr("--database"));
}

TEST_F(a_command_line, the_alter_and_the_flags_must_agree) {
    const std::string alter = "--alter=ALTER TABLE d.t ADD a INT";
    EXPECT_TRUE(read({alter, "--database=d", "--table=t", "--user=u"}).run);
    EXPECT_THAT(read({alter, "--database=e"}).fatal, HasSubstr("`e`"));
    EXPECT_THAT(read({alter, "--table=u"}).fatal, HasSubstr("`u`"));
}

TEST_F(a_command_line, an_index_statement_of_another_table_is_told_so) {
    for (const auto* alter : {"CREATE INDEX i ON other(a)", "DROP INDEX i ON d.other"})
        EXPECT_EQ(read({"--alter", alter, "--database=d", "--table=t"}).fatal,
                  "--table is `t`, but --alter names `other`");
    EXPECT_EQ(read({"--alter", "CREATE INDEX i ON e.t(a)", "--database=d", "--table=t"}).fatal,
              "--database is `d`, but --alter names `e`");
}

TEST_F(a_command_line, a_flag_in_place_of_the_alter_is_no_alter) {
    const auto result = read({"--alter", "--password=geheim", "--database=d", "--table=t"});
    EXPECT_THAT(result.fatal, HasSubstr("the value of --alter seems to be missing"));
    EXPECT_THAT(result.fatal, Not(HasSubstr("geheim")));
    EXPECT_TRUE(read_complete({"--alter", "-- why\nADD a INT"}).run);
}

TEST_F(a_command_line, an_alter_that_cannot_be_read_is_an_error) {
    EXPECT_THAT(read({"--alter=ADD a INT COMMENT 'x"}).fatal,
                AllOf(HasSubstr("--alter: "), HasSubstr("not closed")));
}

TEST_F(a_command_line, an_alter_that_only_an_sql_mode_would_close_is_told_so) {
    EXPECT_THAT(read({R"(--alter=ADD COLUMN b INT COMMENT 'a\')"}).fatal,
                AllOf(HasSubstr("not closed"), HasSubstr("Only the sql_mode NO_BACKSLASH_ESCAPES"),
                      HasSubstr("as X'..'")));
    EXPECT_THAT(read({R"(--alter=ADD COLUMN "b\" INT)"}).fatal,
                HasSubstr("Only the sql_mode NO_BACKSLASH_ESCAPES"));
    EXPECT_THAT(read({"--alter=ADD a INT COMMENT 'x"}).fatal, Not(HasSubstr("sql_mode")));
}

TEST_F(a_command_line, numbers_out_of_range_are_moved_into_it_and_told) {
    EXPECT_THAT(only_notice({"--chunk-size=5"}), HasSubstr("10 is used"));
    EXPECT_EQ(read_complete({"--chunk-size=5"}).run->run.carrying.pace.chunk_rows, 10U);
    EXPECT_EQ(read_complete({"--chunk-size=200000"}).run->run.carrying.pace.chunk_rows, 100'000U);
    EXPECT_EQ(read_complete({"--threads=0"}).run->run.carrying.copy_workers, 1U);
    EXPECT_EQ(read_complete({"--threads=-5"}).run->run.carrying.copy_workers, 1U);
    EXPECT_EQ(read_complete({"--threads=65"}).run->run.carrying.copy_workers, 64U);
    EXPECT_THAT(only_notice({"--nice-ratio=101"}), HasSubstr("100 is used"));
    EXPECT_EQ(read_complete({"--nice-ratio=101"}).run->run.carrying.pace.nice_ratio, 100.0);
    EXPECT_EQ(read_complete({"--nice-ratio=-1"}).run->run.carrying.pace.nice_ratio, 0.0);
    EXPECT_EQ(read_complete({"--critical-load-interval-millis=-1"})
                  .run->run.carrying.throttling.critical_load.look_again_after,
              0ms);
    EXPECT_EQ(read_complete({"--max-lag-millis=5"}).run->run.carrying.pace.lag_max, 100ms);
    EXPECT_EQ(
        read_complete({"--heartbeat-interval-millis=5000"}).run->run.carrying.heartbeat_interval,
        1s);
    EXPECT_EQ(read_complete({"--chunk-time=0"}).run->run.carrying.pace.chunk_time, 10ms);
    EXPECT_EQ(read_complete({"--default-retries=0"}).run->run.carrying.failures_max, 1U);
    EXPECT_EQ(read_complete({"--wait-for-server-seconds=0"}).run->run.wait_for_server,
              std::chrono::seconds(1));
    EXPECT_EQ(read_complete({"--cut-over-stall-budget-millis=0"}).run->run.stall_budget, 10ms);
}

TEST_F(a_command_line, numbers_that_name_something_must_be_in_range) {
    for (const auto* argument :
         {"--port=0", "--port=65536", "--port=-1", "--replica-server-id=0",
          "--replica-server-id=4294967296", "--mysql-timeout=-1", "--mysql-timeout=1e9"})
        EXPECT_THAT(fatal({argument}), HasSubstr("not between")) << argument;
}

TEST_F(a_command_line, the_lock_timeout_sets_the_stall_budget_when_given_alone) {
    EXPECT_EQ(run({"--cut-over-lock-timeout-seconds=3"}).run.stall_budget, 3s);
    const std::vector<std::string> both{"--cut-over-lock-timeout-seconds=3",
                                        "--cut-over-stall-budget-millis=200"};
    EXPECT_THAT(only_notice(both), HasSubstr("no effect"));
    EXPECT_EQ(read_complete(both).run->run.stall_budget, 200ms);
    EXPECT_THAT(only_notice({"--cut-over-lock-timeout-seconds=11"}), HasSubstr("500 ms"));
    EXPECT_EQ(read_complete({"--cut-over-lock-timeout-seconds=0"}).run->run.stall_budget, 500ms);
}

TEST_F(a_command_line, the_longest_pause_needs_the_back_off_that_it_bounds) {
    EXPECT_EQ(run({"--cut-over-exponential-backoff"}).run.cut_over_pause_max, 64s);
    EXPECT_THAT(only_notice({"--exponential-backoff-max-interval=5"}), HasSubstr("no effect"));
    EXPECT_EQ(read_complete({"--exponential-backoff-max-interval=5"}).run->run.cut_over_pause_max,
              std::nullopt);
    EXPECT_EQ(
        read_complete({"--cut-over-exponential-backoff", "--exponential-backoff-max-interval=1"})
            .run->run.cut_over_pause_max,
        2s);
}

TEST_F(a_command_line, the_data_is_looked_at_for_a_while_unless_that_is_not_wanted) {
    EXPECT_EQ(run({}).run.data_check, 10s);
    EXPECT_EQ(run({"--preflight-data-check=45"}).run.data_check, 45s);
    for (const char* const given : {"0", "false", "off"})
        EXPECT_EQ(run({"--preflight-data-check", given}).run.data_check, 0s) << given;
    for (const char* const given : {"true", "on"})
        EXPECT_EQ(run({"--preflight-data-check", given}).run.data_check, 10s) << given;
    for (const char* const given : {"-1", "3601"})
        EXPECT_THAT(fatal({std::string("--preflight-data-check=") + given}),
                    HasSubstr("--preflight-data-check"))
            << given;
    for (const char* const given : {"10s", "abc", ""}) {
        const auto read = read_complete({std::string("--preflight-data-check=") + given});
        EXPECT_EQ(read.exit_code, 2) << given;
        EXPECT_THAT(read.output, HasSubstr("an integer, true or false is expected"));
    }
}

TEST_F(a_command_line, blockers_are_not_ended_unless_a_time_is_given) {
    EXPECT_EQ(run({"--kill-blockers-after-seconds=0"}).run.kill_blockers_after, std::nullopt);
    EXPECT_EQ(run({"--kill-blockers-after-seconds=1"}).run.kill_blockers_after, 1s);
    EXPECT_THAT(fatal({"--kill-blockers-after-seconds=-1"}), HasSubstr("not between"));
}

TEST_F(a_command_line, hooks_have_a_folder_hints_and_times) {
    EXPECT_EQ(run({}).hooks.path, "");
    EXPECT_EQ(run({}).hooks.status_interval, 60s);
    EXPECT_EQ(run({}).hooks.timeout, 0s) << "for ever";
    const auto hooks =
        run({"--hooks-path=/h", "--hooks-hint=a b", "--hooks-hint-owner=c", "--hooks-hint-token=d",
             "--hooks-status-interval=0", "--hooks-timeout-seconds=2678400"})
            .hooks;
    EXPECT_EQ(hooks.path, "/h");
    EXPECT_EQ(hooks.hint, "a b");
    EXPECT_EQ(hooks.hint_owner, "c");
    EXPECT_EQ(hooks.hint_token, "d");
    EXPECT_EQ(hooks.status_interval, 0s);
    EXPECT_EQ(hooks.timeout, 744h);
    EXPECT_FALSE(hooks.rowcount);
    EXPECT_TRUE(read_complete({"--exact-rowcount"}).run->hooks.rowcount);
}

TEST_F(a_command_line, metrics_have_an_address_and_any_number_of_tags) {
    EXPECT_FALSE(run({}).metrics.statsd);
    const auto metrics = run({"--statsd-addr=stats:8125", "--statsd-tags", "env:prod",
                              "--statsd-tags=service:orders,dc:a"})
                             .metrics;
    EXPECT_EQ(metrics.statsd->host, "stats");
    EXPECT_THAT(metrics.tags, ElementsAre("env:prod", "service:orders", "dc:a"));
    EXPECT_THAT(fatal({"--statsd-addr=stats"}), HasSubstr("--statsd-addr: \"stats\" is not host"));
    EXPECT_THAT(fatal({"--statsd-tags=prod"}), HasSubstr("--statsd-tags: \"prod\" is not key:"));
}

std::string with_some_value(const flag& of) {
    if (of.kind == flag_kind::boolean) return fmt::format("--{}", of.name);
    return fmt::format("--{}={}", of.name, of.kind == flag_kind::integer ? "7" : "latin1");
}

TEST_F(a_command_line, each_flag_without_effect_is_told_once_by_what_it_means) {
    for (const flag& one : flags()) {
        if (one.answered_by != flag_answer::notice) continue;
        EXPECT_EQ(only_notice({with_some_value(one)}),
                  fmt::format("--{}: {}", one.name, one.meaning));
    }
    const auto several = read_complete({"--gcp", "--stack", "--gcp", "--dml-batch-size=5000"});
    EXPECT_THAT(several.notices, ElementsAre(StartsWith("--gcp: "), StartsWith("--dml-batch-size"),
                                             StartsWith("--stack: ")));
}

TEST_F(a_command_line, a_flag_that_is_yet_to_come_is_refused_where_it_asks_for_something) {
    for (const flag& one : flags()) {
        if (one.answered_by != flag_answer::refusal) continue;
        EXPECT_THAT(fatal({with_some_value(one)}),
                    StartsWith(fmt::format("--{} is refused: ", one.name)));
        const auto checked = read({"--check-flag", with_some_value(one)});
        EXPECT_EQ(checked.exit_code, 2) << "a script that asks is not told that it is there";
        EXPECT_THAT(checked.output, HasSubstr("is refused"));
        EXPECT_EQ(std::ranges::count(checked.output, '\n'), 1);
    }
    run({"--resume=0", "--revert=f", "--old-table="});
    EXPECT_EQ(read({"--check-flag", "--revert=false"}).exit_code, 0);
}

TEST_F(a_command_line, flags_that_exclude_each_other_are_refused) {
    EXPECT_THAT(fatal({"--assume-rbr", "--switch-to-rbr"}), HasSubstr("exclude"));
    EXPECT_THAT(fatal({"--revert", "--resume"}), HasSubstr("exclude"));
    EXPECT_THAT(fatal({"--no-resume", "--resume"}), HasSubstr("exclude"));
    EXPECT_TRUE(read_complete({"--assume-rbr=false", "--switch-to-rbr"}).run);
}

TEST_F(a_command_line, the_swap_is_atomic_by_any_name) {
    run({"--cut-over=atomic"});
    run({"--cut-over=default"});
    run({"--cut-over", ""});
    EXPECT_THAT(only_notice({"--cut-over=two-step"}), HasSubstr("atomic all the same"));
    EXPECT_THAT(fatal({"--cut-over=Atomic"}), HasSubstr("--cut-over=Atomic is not known"));
}

TEST_F(a_command_line, only_innodb_is_a_storage_engine) {
    run({"--storage-engine=innodb"});
    EXPECT_THAT(fatal({"--storage-engine=rocksdb"}), HasSubstr("only InnoDB tables"));
    EXPECT_THAT(fatal({"--storage-engine="}), HasSubstr("only InnoDB tables"));
}

TEST_F(a_command_line, character_sets_are_names) {
    EXPECT_THAT(only_notice({"--charset=utf8mb4,utf8,latin1"}), HasSubstr("utf8mb4"));
    EXPECT_THAT(fatal({"--charset=utf8;latin1"}), HasSubstr("--charset takes names"));
}

TEST_F(a_command_line, triggers_need_a_suffix_and_a_suffix_needs_triggers) {
    EXPECT_THAT(fatal({"--include-triggers"}), HasSubstr("needs --trigger-suffix"));
    EXPECT_THAT(fatal({"--trigger-suffix=_x"}), HasSubstr("needs --include-triggers"));
    EXPECT_THAT(fatal({"--remove-trigger-suffix-if-exists"}), HasSubstr("--include-triggers"));
    for (const char* const wrong : {"--trigger-suffix=a b", "--trigger-suffix=é",
                                    "--trigger-suffix=a-b", "--trigger-suffix=`"})
        EXPECT_THAT(fatal({"--include-triggers", wrong}), HasSubstr("letters, digits and _"));
    const auto with = run({"--include-triggers", "--trigger-suffix", "_N1"});
    EXPECT_EQ(with.run.request.triggers.suffix, "_N1");
}

TEST_F(a_command_line, lists_that_cannot_be_read_are_errors_that_name_the_flag) {
    EXPECT_THAT(fatal({"--max-load=Threads_running"}), HasSubstr("--max-load"));
    EXPECT_THAT(fatal({"--throttle-control-replicas=:1"}),
                HasSubstr("--throttle-control-replicas"));
}

TEST_F(a_command_line, quiet_comes_before_debug_and_debug_before_verbose) {
    EXPECT_EQ(run({"--debug", "--verbose"}).log_level, log::level::debug);
    EXPECT_EQ(run({"--quiet", "--debug"}).log_level, log::level::error);
    EXPECT_EQ(run({"--verbose=false"}).log_level, log::level::error);
}

}  // namespace
}  // namespace segue::cli
