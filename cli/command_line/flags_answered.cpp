#include "cli/command_line/flags_answered.hpp"

#include "cli/command_line/flag_groups.hpp"
#include "cli/command_line/options.hpp"
#include "src/base/error.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using namespace flag_group;

constexpr std::string_view told = "accepted, and answered with a notice";
constexpr std::string_view not_taken = "refused";

flag without_effect(std::string_view name, std::string_view group, std::string_view meaning,
                    std::string_view difference = told) {
    return {.name = name,
            .kind = flag_kind::boolean,
            .group = group,
            .default_text = "false",
            .value_name = "",
            .meaning = meaning,
            .difference = difference,
            .answered_by = flag_answer::notice};
}

flag with_value(flag made, flag_kind kind, std::string_view value_name, std::string default_text) {
    made.kind = kind;
    made.value_name = value_name;
    made.default_text = std::move(default_text);
    return made;
}

flag refused(flag made) {
    made.difference = not_taken;
    made.answered_by = flag_answer::refusal;
    return made;
}

void check_character_sets(const flag_value& given, options&) {
    const auto in_a_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == ',';
    };
    if (!std::ranges::all_of(given.text(), in_a_name))
        throw error(fmt::format("--{} takes names of character sets, with commas between them",
                                given.name()));
}

// By words of its own, as it is no flag without an effect where its value can be had.
flag cut_over_flag() {
    return {.name = "cut-over",
            .kind = flag_kind::text,
            .group = cut_over,
            .default_text = "atomic",
            .value_name = "WAY",
            .meaning =
                "The swap is always atomic, and so are atomic and default; two-step, which "
                "has a moment without the table, is accepted and means atomic too",
            .difference = "two-step is answered with a notice",
            .set = [](const flag_value& given, options&) {
                const std::string& way = given.text();
                if (way == "two-step")
                    given.notice(fmt::format(
                        "--{}=two-step: the swap is atomic all the same, so that there is no "
                        "moment without the table",
                        given.name()));
                else if (!way.empty() && way != "atomic" && way != "default")
                    throw error(
                        fmt::format("--{}={} is not known: atomic, default or two-step is expected",
                                    given.name(), way));
            }};
}

flag storage_engine_flag() {
    return {.name = "storage-engine",
            .kind = flag_kind::text,
            .group = connection,
            .default_text = "innodb",
            .value_name = "ENGINE",
            .meaning = "innodb; anything else is refused",
            .difference =
                "rocksdb is refused: that no change is lost rests on InnoDB's order of "
                "commits and on its snapshots",
            .set = [](const flag_value& given, options&) {
                if (given.text() == "innodb") return;
                throw error(fmt::format(
                    "--{}={}: only InnoDB tables are migrated, since that no change is lost rests "
                    "on InnoDB's order of commits and on its snapshots. Leave the flag out if the "
                    "table is InnoDB's; else run a plain ALTER TABLE",
                    given.name(), given.text()));
            }};
}

}  // namespace

std::vector<flag> flags_answered() {
    constexpr auto integer = flag_kind::integer;
    constexpr auto text = flag_kind::text;
    flag charset = with_value(
        without_effect("charset", connection,
                       "Has no effect: connections speak utf8mb4, and values never leave the "
                       "server, so that no character set of a connection touches them"),
        text, "NAME,...", "utf8mb4,utf8,latin1");
    charset.set = check_character_sets;
    flag concurrent_rowcount =
        without_effect("concurrent-rowcount", copying, "Has no effect: rows are not counted");
    concurrent_rowcount.default_text = "true";
    flag exact_rowcount =
        without_effect("exact-rowcount", copying,
                       "Has no effect but that the hook rowcount-complete is run: progress is "
                       "measured against the server's estimate");
    exact_rowcount.set = [](const flag_value& given, options& o) { o.hooks.rowcount = given.on(); };
    return {
        storage_engine_flag(),
        std::move(charset),
        without_effect("skip-port-validation", connection,
                       "Has no effect: the port that a server says it has is not compared with "
                       "--port"),

        without_effect("allow-on-master", change,
                       "Has no effect: --host may always name the primary"),
        without_effect("allow-master-master", change,
                       "Has no effect: where servers replicate in a circle, --host and "
                       "--assume-master-host name the one that is written to; a circle without "
                       "them is an error",
                       "gh-ost may choose one of them by itself"),
        without_effect("tungsten", change,
                       "Has no effect: a replica of Tungsten's does not tell whose it is, so let "
                       "--host name the primary"),
        without_effect("aliyun-rds", change, "Has no effect: nothing is done otherwise there"),
        without_effect("gcp", change, "Has no effect: nothing is done otherwise there"),
        without_effect("azure", change, "Has no effect: nothing is done otherwise there"),
        without_effect("panic-on-warnings", change,
                       "Has no effect: rows are written in strict mode, so that a value that does "
                       "not fit, and a row that meets another one, end the migration anyway"),
        without_effect("skip-strict-mode", change,
                       "Has no effect: rows are written in strict mode all the same; a value that "
                       "a column cannot hold ends the migration, which names its row, and nothing "
                       "is cut. Zero dates that are there are carried over without it",
                       "accepted with a notice; docs/decisions/0020 says why"),
        without_effect("skip-foreign-key-checks", change,
                       "Has no effect: foreign keys are always looked for, which takes a moment"),

        std::move(exact_rowcount),
        std::move(concurrent_rowcount),
        with_value(without_effect("dml-batch-size", copying,
                                  "Has no effect: changes are carried over by key, in batches as "
                                  "large as the server takes"),
                   integer, "COUNT", "1000"),

        with_value(without_effect("replication-lag-query", throttling,
                                  "Has no effect, as in gh-ost: lag is measured by the heartbeat"),
                   text, "QUERY", ""),

        cut_over_flag(),
        without_effect("analyze-ghost-table-before-cutover", cut_over,
                       "Has no effect: the new table is analyzed before the first attempt to swap "
                       "anyway, and its histograms are made"),
        without_effect("allow-setup-metadata-lock-instruments", cut_over,
                       "Has no effect: settings of the server are never changed, and where "
                       "performance_schema does not show who holds the table a warning says what "
                       "helps"),
        without_effect("skip-metadata-lock-check", cut_over,
                       "Has no effect: who holds the table is looked at where performance_schema "
                       "shows it, and the swap needs no more"),

        without_effect("gtid", stream,
                       "Has no effect: positions are GTIDs wherever gtid_mode is ON, and places "
                       "in files elsewhere",
                       "accepted with a notice; in gh-ost an error where gtid_mode is OFF"),
        with_value(without_effect("binlogsyncer-max-reconnect-attempts", stream,
                                  "Has no effect: a connection that is lost is made anew for as "
                                  "long as --wait-for-server-seconds says"),
                   integer, "COUNT", "0"),
        without_effect("assume-rbr", stream,
                       "Has no effect: binlog_format is looked at and never changed"),
        without_effect("switch-to-rbr", stream,
                       "Has no effect: a binlog_format other than ROW is an error",
                       "accepted with a notice; gh-ost changes the setting of the server"),

        without_effect("initially-drop-socket-file", interactive,
                       "Has no effect: the socket of a dead process is taken over, that of a "
                       "living one never"),

        without_effect("checkpoint", later,
                       "Has no effect: what a later run needs to go on from is always written "
                       "down"),
        refused(without_effect("revert", later,
                               "Refused: there is no way back yet by which no later write is "
                               "lost; docs/what-if.md says what can be done with the old table")),
        refused(with_value(without_effect("old-table", later,
                                          "Refused: it belongs to --revert, which is not there "
                                          "yet"),
                           text, "NAME", "")),

        without_effect("stack", output, "Has no effect: there are no stack traces"),
        with_value(without_effect("runtime-metrics-interval", output,
                                  "Has no effect: there is no runtime of Go to measure"),
                   integer, "SECONDS", "10"),
    };
}

}  // namespace segue::cli
