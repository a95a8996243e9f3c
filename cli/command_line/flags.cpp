#include "cli/command_line/flags.hpp"

#include "cli/command_line/flag_groups.hpp"
#include "cli/command_line/flags_answered.hpp"
#include "cli/command_line/option_values.hpp"
#include "cli/command_line/options.hpp"
#include "src/base/error.hpp"
#include "src/expressions/assignment.hpp"
#include "src/views/column_map.hpp"
#include "throttle/http_url.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace segue::cli {
namespace {

using namespace flag_group;

constexpr auto boolean = flag_kind::boolean;
constexpr auto integer = flag_kind::integer;
constexpr auto real = flag_kind::real;
constexpr auto text = flag_kind::text;

constexpr std::string_view ours = "a flag of Segue's own";
constexpr std::int64_t milliseconds_max = 86'400'000;
constexpr std::int64_t seconds_max = 86'400;

/// An integer's range, and what is done with one out of it.
struct range {
    std::int64_t least = 0;
    std::int64_t most = 0;
    enum class out_of_it { moved, refused } beyond = out_of_it::moved;

    std::int64_t of(const flag_value& given) const {
        return beyond == out_of_it::refused ? given.within(least, most)
                                            : given.clamped(least, most);
    }
};
constexpr auto refused = range::out_of_it::refused;

std::string printed(std::integral auto number) {
    return fmt::format("{}", number);
}
template <typename Rep, typename Period>
std::string printed(std::chrono::duration<Rep, Period> time) {
    return printed(time.count());
}
template <typename Value>
std::string printed(const std::optional<Value>& value) {
    return value ? printed(*value) : "";
}

template <typename Value>
struct without_optional {
    using type = Value;
};
template <typename Value>
struct without_optional<std::optional<Value>> {
    using type = Value;
};

/// What a function of options& gives, for its default and its type.
template <typename Field>
using type_of = std::remove_cvref_t<std::invoke_result_t<Field, options&>>;
template <typename Field>
type_of<Field> default_of(Field field) {
    options defaults;
    return field(defaults);
}

/// An integer, or a time in the unit of its field. Unset where it is not given and has no default.
template <typename Field>
flag number(std::string_view name, std::string_view group, std::string_view value_name,
            range allowed, Field field, std::string_view meaning,
            std::string_view difference = "") {
    using value = typename without_optional<type_of<Field>>::type;
    return {name,
            integer,
            group,
            printed(default_of(field)),
            value_name,
            meaning,
            difference,
            [=](const flag_value& given, options& into) {
                if (!given.text().empty()) field(into) = static_cast<value>(allowed.of(given));
            }};
}

/// Seconds, of which zero means never.
template <typename Field>
flag seconds_or_never(std::string_view name, std::string_view group, Field field,
                      std::string_view meaning, std::string_view difference = "") {
    return {name,
            integer,
            group,
            "0",
            "SECONDS",
            meaning,
            difference,
            [=](const flag_value& given, options& into) {
                const auto after = given.within(0, seconds_max);
                field(into) = after > 0 ? std::optional(std::chrono::seconds(after)) : std::nullopt;
            }};
}

template <typename Field>
flag switched(std::string_view name, std::string_view group, Field field, std::string_view meaning,
              std::string_view difference = "") {
    return {name,       boolean,
            group,      default_of(field) ? "true" : "false",
            "",         meaning,
            difference, [=](const flag_value& given, options& into) { field(into) = given.on(); }};
}

/// Text that `read` makes a value of.
template <typename Field, typename Read>
flag parsed(std::string_view name, std::string_view group, std::string default_text,
            std::string_view value_name, Field field, Read read, std::string_view meaning,
            std::string_view difference = "") {
    return {name,
            text,
            group,
            std::move(default_text),
            value_name,
            meaning,
            difference,
            [=](const flag_value& given, options& into) {
                try {
                    field(into) = read(given.text());
                } catch (const error& problem) {
                    throw problem.in(fmt::format("--{}", given.name()));
                }
            }};
}

/// Its value is an integer, true or false; the last two in these words.
flag number_or_switch(flag made) {
    made.kind = flag_kind::integer_or_boolean;
    return made;
}

/// Of several such flags all values count.
flag with_commas(flag made) {
    made.separator = ",";
    return made;
}

/// A character that no expression has outside of its strings, and hardly there.
constexpr std::string_view between_sets = "\x1e";

/// What `parse` makes of each of several such values.
template <typename Parse>
auto each_of(std::string_view given, Parse parse) {
    std::vector<std::invoke_result_t<Parse, std::string_view>> all;
    if (given.empty()) return all;
    for (;;) {
        const auto end = given.find(between_sets);
        all.push_back(parse(given.substr(0, end)));
        if (end == given.npos) return all;
        given.remove_prefix(end + between_sets.size());
    }
}

std::vector<expressions::assignment> assignments_in(std::string_view given) {
    return each_of(given, expressions::parse_assignment);
}

views::security security_of(const std::string& given) {
    if (given == "invoker") return views::security::invoker;
    if (given == "definer") return views::security::definer;
    throw error(fmt::format("{} is neither invoker nor definer", given));
}

flag map_flag() {
    flag made = parsed(
        "map", change, "", "[TABLE.]NAME=COLUMN", [](options & o) -> auto& { return o.views.maps; },
        [](std::string_view given) { return each_of(given, views::parse_column_map); },
        "Of `segue views`: NAME lives on in the view, made from the table's COLUMN; once for each "
        "name. With --as the table is named before it",
        ours);
    made.separator = between_sets;
    return made;
}

/// Text that is taken as it is.
template <typename Field>
flag written(std::string_view name, std::string_view value_name, Field field,
             std::string_view meaning) {
    return parsed(
        name, change, "", value_name, field, [](const std::string& given) { return given; },
        meaning, ours);
}

std::string indexes_of(const std::string& given) {
    if (given.empty() || given == "move" || given == "drop") return given;
    throw error(fmt::format("{} is neither move nor drop", given));
}

bool is_locked_end(const std::string& given) {
    if (given == "lock") return true;
    if (given == "in-step") return false;
    throw error(fmt::format("{} is neither in-step nor lock", given));
}

std::string trigger_order_of(const std::string& given) {
    if (given.empty() || given == "precedes" || given == "follows") return given;
    throw error(fmt::format("{} is neither precedes nor follows", given));
}

flag set_flag() {
    flag made = parsed(
        "set", change, "", "COLUMN=EXPRESSION",
        [](options & o) -> auto& { return o.run.request.sets; }, assignments_in,
        "Give the column of the new table the value of an SQL expression over the row as it was, "
        "in "
        "all rows and in what changes meanwhile; once for each column. The expression depends on "
        "the row's own columns alone, dropped ones among them. Of `segue backfill`: give the "
        "column "
        "of the table itself that value, in place",
        ours);
    made.separator = between_sets;
    return made;
}

/// A path; the default is that of the command line where it is given, and no file in the settings.
template <typename Field>
flag path(std::string_view name, std::string_view group, Field field, std::string_view meaning,
          std::string_view difference = "", std::string default_text = "") {
    return parsed(
        name, group, std::move(default_text), "PATH", field,
        [](const std::string& given) { return given; }, meaning, difference);
}

unsigned verify_percent_of(const std::string& given) {
    constexpr std::string_view sample = "sample=";
    if (given == "full") return 100;
    if (given == "none") return 0;
    std::string_view number = given;
    if (!number.starts_with(sample))
        throw error(fmt::format("{} is not full, sample=N% or none", given));
    number.remove_prefix(sample.size());
    if (number.ends_with('%')) number.remove_suffix(1);
    unsigned percent = 0;
    const auto [end, failure] =
        std::from_chars(number.data(), number.data() + number.size(), percent);
    if (failure != std::errc() || end != number.data() + number.size() || percent < 1 ||
        percent > 100)
        throw error(fmt::format("{} is not a sample of 1% to 100%", given));
    return percent;
}

std::chrono::seconds data_check_of(const std::string& given) {
    constexpr std::int64_t most = 3'600;
    if (given == "true") return options().run.data_check;
    if (given == "false") return std::chrono::seconds(0);
    std::int64_t seconds = 0;
    const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), seconds);
    if (failure != std::errc() || end != given.data() + given.size() || seconds < 0 ||
        seconds > most)
        throw error(
            fmt::format("{} is neither true, false, nor seconds from 0 to {}", given, most));
    return std::chrono::seconds(seconds);
}

std::vector<flag> obeyed_flags() {
    return {
        flag{"host", text, connection, "127.0.0.1", "HOST",
             "The server that the binary log is read from: the primary, or a replica, from which "
             "the "
             "primary is looked for",
             ""},
        flag{"assume-master-host", text, connection, "", "HOST[:PORT]",
             "The primary, where it cannot be found or reached from the replica --host; port 3306 "
             "where "
             "none is given",
             ""},
        flag{"master-user", text, connection, "", "NAME",
             "User on the primary, if it is another one. Needs --assume-master-host", ""},
        flag{"master-password", text, connection, "", "PASSWORD",
             "Password on the primary, if it is another one. Needs --assume-master-host", ""},
        number(
            "port", connection, "PORT", {1, 65'535, refused},
            [](options & o) -> auto& { return o.run.connection.server.port; },
            "TCP port of the server"),
        flag{"socket", text, connection, "", "PATH",
             "Unix socket of the server; --host and --port are not used then", ours},
        flag{"user", text, connection, "", "NAME",
             "MySQL user; else the one in --conf, or in ~/.my.cnf. One of them must name it",
             "in gh-ost a missing one is the empty name"},
        flag{"password", text, connection, "", "PASSWORD",
             "Password of the user. It is wiped from the process title at once, but better kept in "
             "--conf "
             "or MYSQL_PWD",
             "wiped from the process title; without it and --conf, MYSQL_PWD is read"},
        flag{"ask-pass", boolean, connection, "false", "", "Ask for the password on the terminal",
             "--password comes first where both are given"},
        flag{"conf", text, connection, "", "FILE",
             "Option file whose [client] section may hold user and password; ${NAME} is taken from "
             "the "
             "environment; !include and !includedir are followed. Read again at SIGHUP",
             "what is not used is told; a password may hold # and ;, and counts when it is read "
             "again"},
        flag{
            "mysql-timeout", real, connection, "0", "SECONDS",
            "Longest wait to connect, and for an answer to a short statement; 0: 10 to connect, 60 "
            "for an answer",
            "0 is no limit in gh-ost"},
        flag{"ssl", boolean, connection, "false", "",
             "Encrypt connections, and check the server's certificate and its name: "
             "--ssl-mode=VERIFY_IDENTITY",
             ""},
        flag{"ssl-mode", text, connection, "", "MODE",
             "In MySQL's words: DISABLED; PREFERRED, encrypted where the server offers it; "
             "REQUIRED, "
             "encrypted, and any certificate is taken; VERIFY_CA, the certificate is checked; "
             "VERIFY_IDENTITY, its name as well. Beside --ssl it must mean the same",
             ours},
        flag{"ssl-ca", text, connection, "", "FILE",
             "Certificates (PEM) that may sign the server's; empty: the system's. Needs --ssl or "
             "--ssl-mode",
             ""},
        flag{"ssl-cert", text, connection, "", "FILE",
             "Certificate (PEM) of the client. Needs --ssl or --ssl-mode", ""},
        flag{"ssl-key", text, connection, "", "FILE",
             "Key (PEM) of --ssl-cert. Needs --ssl or --ssl-mode", ""},
        flag{"ssl-allow-insecure", boolean, connection, "false", "",
             "Encrypt, but accept any certificate: with --ssl, which it needs, --ssl-mode=REQUIRED",
             ""},

        flag{"alter", text, change, "", "ALTER",
             "The change: the options of ALTER TABLE, or a whole ALTER TABLE statement", ""},
        flag{"database", text, change, "", "NAME",
             "Schema of the table; --alter may name it instead",
             "an error if --alter names another"},
        flag{"table", text, change, "", "NAME", "The table to change; --alter may name it instead",
             "an error if --alter names another"},
        parsed(
            "where", change, "", "CONDITION", [](options & o) -> auto& { return o.where; },
            [](const std::string& given) { return given; },
            "Of `segue backfill` and `segue split`: the rows that are set, or that are in the "
            "other "
            "table, by a condition over the row's own columns; without it all rows",
            ours),
        switched(
            "touch", change, [](options & o) -> auto& { return o.touch; },
            "Of `segue backfill` and `segue expand`: let columns with ON UPDATE CURRENT_TIMESTAMP "
            "be set by the "
            "server "
            "in rows that change, which else keep the value that they have",
            ours),
        flag{"as", text, change, "", "SCHEMA",
             "Of `segue views`: make a schema of views over all tables of --database", ours},
        flag{"view", text, change, "", "NAME",
             "Of `segue views`: make one view over --table, beside it", ours},
        map_flag(),
        parsed(
            "sql-security", change, "invoker", "invoker|definer",
            [](options & o) -> auto& { return o.views.with; }, security_of,
            "Of `segue views`: with whose rights a view is used, its user's or those of the "
            "account "
            "that made it",
            ours),
        switched(
            "drop", change, [](options & o) -> auto& { return o.drop; },
            "Of `segue views`: drop what it has made, and nothing else. Of `segue contract` it has "
            "a "
            "value, the old column: --drop name",
            ours),
        flag{"from", text, change, "", "NAME",
             "Of `segue split`: the table that is split, and stays as it is", ours},
        written(
            "into", "NAME", [](options & o) -> auto& { return o.split.into; },
            "Of `segue split`: the table of the same schema that is filled from it and kept in "
            "step"),
        written(
            "columns", "TARGET=SOURCE,...", [](options & o) -> auto& { return o.split.columns; },
            "Of `segue split`: the columns of --into and what each is made from; a name alone is "
            "that of both: \"user_id=id, street\""),
        written(
            "create", "CREATE TABLE", [](options & o) -> auto& { return o.split.create; },
            "Of `segue split`: the statement that makes --into, if it is not there"),
        parsed(
            "finish", change, "in-step", "in-step|lock",
            [](options & o) -> auto& { return o.split.locked; }, is_locked_end,
            "Of `segue split`: how it ends: when all that has changed so far is carried over, or "
            "with both tables locked for a moment, at a place of the binary log that is told and "
            "at which they are equal",
            ours),
        switched(
            "finish-when-copied", change, [](options & o) -> auto& { return o.split.when_copied; },
            "Of `segue split`: end as soon as all rows are copied and verified. Without it the "
            "command `finish`, or --finish-flag-file, is waited for",
            ours),
        path(
            "finish-flag-file", change, [](options & o) -> auto& { return o.split.flag_file; },
            "Of `segue split`: end when this file is there", ours),
        written(
            "column", "COLUMN DEFINITION", [](options & o) -> auto& { return o.expand.column; },
            "Of `segue expand`: the new column, as it is to be in the end: \"full_name "
            "VARCHAR(255)\""),
        written(
            "up", "NEW=EXPRESSION", [](options & o) -> auto& { return o.expand.up; },
            "Of `segue expand`: what the new column is made from: \"full_name = name\""),
        written(
            "down", "OLD=EXPRESSION", [](options & o) -> auto& { return o.expand.down; },
            "Of `segue expand`: what the old column is made from: \"name = full_name\""),
        written(
            "rename", "OLD=NEW", [](options & o) -> auto& { return o.expand.rename; },
            "Of `segue expand`, in place of --column, --up and --down: the new column is as the "
            "old one, under another name"),
        parsed(
            "trigger-order", change, "", "precedes|follows",
            [](options & o) -> auto& { return o.expand.order; }, trigger_order_of,
            "Of `segue expand`: whether Segue's triggers come before the table's own BEFORE "
            "triggers, or behind them, where one of these names one of the two columns; else "
            "behind them",
            ours),
        written(
            "definer", "USER@HOST", [](options & o) -> auto& { return o.expand.definer; },
            "Of `segue expand`: by whose rights the triggers act; without it those of the account "
            "that is logged in"),
        written(
            "abandon", "COLUMN", [](options & o) -> auto& { return o.contract.abandon; },
            "Of `segue contract`, in place of --drop: the new column goes, the old one was right "
            "all "
            "the time"),
        parsed(
            "indexes", change, "", "move|drop",
            [](options & o) -> auto& { return o.contract.indexes; }, indexes_of,
            "Of `segue contract`: indexes over the column that goes are made over the one that "
            "stays, or dropped as ALTER TABLE does; without it they are a reason to refuse",
            ours),
        parsed(
            "unused-for", change, "7d", "SPAN",
            [](options & o) -> auto& { return o.contract.unused_for; }, parse_span,
            "Of `segue contract --drop`: for so long no statement may have named the old column, "
            "and so long they must have been watched: 7d, 12h, 30m, 90s; 0: they are not asked",
            ours),
        with_commas(parsed(
            "watch", change, "", "HOST[:PORT]",
            [](options & o) -> auto& { return o.contract.watched; }, parse_endpoints,
            "Of `segue contract --drop`: a server beside the primary whose statements are watched, "
            "as a replica that is read; may be given several times. Logged in to as the primary is",
            ours)),
        switched(
            "despite-use", change, [](options & o) -> auto& { return o.contract.despite_use; },
            "Of `segue contract`: who uses the column, or may, is told, and is no reason to refuse",
            ours),
        flag{"execute", boolean, change, "false", "",
             "Change the table. Without it, a rehearsal: everything is checked, what a run would "
             "meet "
             "is told, and the table is not touched",
             ""},
        flag{"test-on-replica", boolean, change, "false", "",
             "Try the change on the replica that --host names: nothing is written on the primary. "
             "Before the swap replication is stopped there, and stays so; the tables are swapped "
             "and "
             "swapped back, and both are left to be compared",
             "",
             [](const flag_value& given, options& o) {
                 if (given.on()) o.run.replica = migration::replica_use::tested;
             }},
        switched(
            "test-on-replica-skip-replica-stop", change,
            [](options & o) -> auto& { return o.run.replication_is_stopped_by_others; },
            "With --test-on-replica: somebody else stops replication, and the swap waits for it",
            "the swap is not made while replication runs"),
        flag{"migrate-on-replica", boolean, change, "false", "",
             "Change the table of the replica that --host names, and of no other server", "",
             [](const flag_value& given, options& o) {
                 if (given.on()) o.run.replica = migration::replica_use::migrated;
             }},
        switched(
            "allow-zero-in-date", change,
            [](options & o) -> auto& { return o.run.request.allow_zero_dates; },
            "What becomes a date may become a zero one, in new defaults too, as in a session whose "
            "sql_mode has neither NO_ZERO_DATE nor NO_ZERO_IN_DATE; zero dates that are there are "
            "carried over without it"),

        switched(
            "approve-renamed-columns", change,
            [](options & o) -> auto& { return o.run.request.approve_renames; },
            "Carry on the values of columns that the ALTER renames; without it such an ALTER is "
            "refused, with what becomes what"),
        switched(
            "skip-renamed-columns", change,
            [](options & o) -> auto& { return o.run.request.skip_renames; },
            "Leave the values of renamed columns behind: the new columns get their defaults",
            "an error beside --approve-renamed-columns; the columns are told at the start"),

        set_flag(),
        switched(
            "allow-nondeterministic", change,
            [](options & o) -> auto& { return o.run.request.nondeterministic_sets; },
            "Let an expression of --set depend on the moment, on chance, or on the session, as "
            "NOW() "
            "and UUID() do: it is computed anew whenever a row is carried over, and verification "
            "leaves the column out",
            ours),

        switched(
            "attempt-instant-ddl", change,
            [](options & o) -> auto& { return o.run.attempt_instant_ddl; },
            "Try ALTER TABLE ... ALGORITHM=INSTANT first, within the stall budget; where the "
            "server "
            "refuses it, or the table is held, rows are copied",
            "not asked for while somebody holds the table"),
        switched(
            "allow-nullable-unique-key", change,
            [](options & o) -> auto& { return o.run.request.nullable_key; },
            "Where no other key serves, take a unique index whose columns can be NULL, and are not",
            "that there is no NULL is looked at; one that comes ends the run"),
        switched(
            "discard-foreign-keys", change,
            [](options & o) -> auto& { return o.run.request.discard_foreign_keys; },
            "Leave the table's own foreign keys out of the new table; the old table loses them in "
            "the swap",
            "refused where cascades change rows that no binary log tells"),

        switched(
            "include-triggers", triggers,
            [](options & o) -> auto& { return o.run.request.triggers.include; },
            "Make the table's triggers on the new table, in the swap. Needs --trigger-suffix"),
        parsed(
            "trigger-suffix", triggers, "", "SUFFIX",
            [](options & o) -> auto& { return o.run.request.triggers.suffix; },
            [](const std::string& given) { return given; },
            "What is added to the names of the new table's triggers: letters, digits and _"),
        switched(
            "remove-trigger-suffix-if-exists", triggers,
            [](options & o) -> auto& { return o.run.request.triggers.remove_suffix_if_there; },
            "Take the suffix off the names that end with it, in place of adding it once more"),

        number_or_switch(parsed(
            "preflight-data-check", copying, printed(options().run.data_check), "SECONDS",
            [](options & o) -> auto& { return o.run.data_check; }, data_check_of,
            "How long the data is looked at before it is copied, for rows that the new table would "
            "refuse, 0 to 3600; 0 or false: not at all",
            ours)),
        number(
            "threads", copying, "COUNT", {1, 64},
            [](options & o) -> auto& { return o.run.carrying.copy_workers; },
            "Chunks copied at once, 1 to 64", ours),
        number(
            "chunk-size", copying, "ROWS", {10, 100'000},
            [](options & o) -> auto& { return o.run.carrying.pace.chunk_rows; },
            "Rows in a chunk, 10 to 100000; empty: as many as --chunk-time allows",
            "1000 in gh-ost; sizes are adapted unless this is given"),
        number(
            "chunk-time", copying, "MILLISECONDS", {10, 60'000},
            [](options & o) -> auto& { return o.run.carrying.pace.chunk_time; },
            "How long copying a chunk should take, 10 to 60000", ours),
        flag{"nice-ratio", real, copying, "0", "RATIO",
             "After a chunk that took t, its worker rests for RATIO times t; 0 to 100. A wait for "
             "somebody's lock is no such time",
             "",
             [](const flag_value& given, options& o) {
                 o.run.carrying.pace.nice_ratio = given.clamped_real(0.0, 100.0);
             }},
        number(
            "default-retries", copying, "COUNT", {1, std::numeric_limits<std::int32_t>::max()},
            [](options & o) -> auto& { return o.run.carrying.failures_max; },
            "Failures in a row of one operation that are tried again before the migration stops, "
            "at "
            "least 1. Deadlocks, lock waits and what --wait-for-server-seconds is for do not "
            "count. So "
            "many attempts to swap that give way postpone the cut-over",
            "the migration stops when the cut-over has failed so often"),
        number(
            "wait-for-server-seconds", copying, "SECONDS", {1, seconds_max},
            [](options & o) -> auto& { return o.run.wait_for_server; },
            "What passes by itself (a lost connection, a name that cannot be looked up, read_only, "
            "offline_mode, a full disk, too many connections) is waited for so long, at least 1, "
            "before the migration stops",
            ours),
        switched(
            "locking-reads", copying,
            [](options & o) -> auto& { return o.run.carrying.locking_reads; },
            "Read rows with FOR SHARE; chosen by itself where the server needs it", ours),

        number(
            "max-lag-millis", throttling, "MILLISECONDS", {100, milliseconds_max},
            [](options & o) -> auto& { return o.run.carrying.pace.lag_max; },
            "Copying waits while a replica is further behind, at least 100"),
        parsed(
            "throttle-control-replicas", throttling, "", "HOST[:PORT],...",
            [](options & o) -> auto& { return o.run.carrying.pace.control_replicas; },
            parse_endpoints,
            "Replicas whose lag counts; port 3306 where none is given, IPv6 in brackets"),
        path(
            "throttle-flag-file", throttling,
            [](options & o) -> auto& { return o.run.carrying.throttling.flag_file; },
            "Copying, and then the swap, wait while this file exists; one that cannot be looked at "
            "counts as there"),
        path(
            "throttle-additional-flag-file", throttling,
            [](options & o) -> auto& { return o.run.carrying.throttling.additional_flag_file; },
            "The same, for all migrations of a machine", "", "/tmp/gh-ost.throttle"),
        parsed(
            "max-load", throttling, "", "NAME=LIMIT,...",
            [](options & o) -> auto& { return o.run.carrying.pace.max_load; }, parse_status_limits,
            "Copying waits while a status variable is at or above its limit, as Threads_running=25",
            "a variable that the server does not have is an error at the start"),
        parsed(
            "critical-load", throttling, "", "NAME=LIMIT,...",
            [](options & o) -> auto& { return o.run.carrying.pace.critical_load; },
            parse_status_limits,
            "The migration ends when a status variable is at or above its limit; the original "
            "stays "
            "as it is",
            "a variable that the server does not have is an error at the start"),
        parsed(
            "throttle-query", throttling, "", "QUERY",
            [](options & o) -> auto& { return o.run.carrying.pace.throttle_query; },
            [](const std::string& given) { return given; },
            "Copying waits while the first value of this query, asked once a second on the "
            "primary, is above zero",
            "a query that fails makes copying wait, and is told"),
        parsed(
            "throttle-http", throttling, "", "URL",
            [](options & o) -> auto& { return o.run.carrying.pace.throttle_http; },
            [](const std::string& given) {
                if (!given.empty()) static_cast<void>(throttle::parse_url(given));
                return given;
            },
            "Copying waits unless a HEAD request for this URL is answered with 200, as freno's and "
            "Vitess's throttlers answer it",
            "what is no URL is an error at the start"),
        number(
            "throttle-http-interval-millis", throttling, "MILLISECONDS", {1, milliseconds_max},
            [](options & o) -> auto& { return o.run.carrying.throttling.http.interval; },
            "How often --throttle-http is asked, at least 1"),
        number(
            "throttle-http-timeout-millis", throttling, "MILLISECONDS", {1, milliseconds_max},
            [](options & o) -> auto& { return o.run.carrying.throttling.http.timeout; },
            "How long an answer of --throttle-http is waited for, at least 1"),
        switched(
            "ignore-http-errors", throttling,
            [](options & o) -> auto& { return o.run.carrying.throttling.http.ignore_errors; },
            "Copying goes on where --throttle-http cannot be asked at all"),
        number(
            "critical-load-interval-millis", throttling, "MILLISECONDS", {0, milliseconds_max},
            [](options & o) -> auto& {
                return o.run.carrying.throttling.critical_load.look_again_after;
            },
            "It ends only if a limit is reached again so much later; 0: at once",
            "copying, replaying and the swap wait until the second look"),
        number(
            "critical-load-hibernate-seconds", throttling, "SECONDS", {0, seconds_max},
            [](options & o) -> auto& {
                return o.run.carrying.throttling.critical_load.hibernate_for;
            },
            "It does not end, but copying, replaying and the swap wait for so long; 0: it ends",
            "in gh-ost replaying goes on; --critical-load-interval-millis is not used in either"),
        number(
            "heartbeat-interval-millis", throttling, "MILLISECONDS", {100, 1'000},
            [](options & o) -> auto& { return o.run.carrying.heartbeat_interval; },
            "How often the heartbeat is written by which lag is measured, 100 to 1000"),

        parsed(
            "verify", cut_over, "full", "full|sample=N%|none",
            [](options & o) -> auto& { return o.run.verify_percent; }, verify_percent_of,
            "How many of the new table's rows are compared with the original's before the swap, "
            "while "
            "both are written to: all, so many of a hundred ranges, or none",
            ours),
        flag{"with-table", text, copying, "", "NAME",
             "Of `segue verify`: the table that is compared with --table, which nobody writes to; "
             "what "
             "--alter, if it is given, makes of the former is to be what the latter holds",
             ours},
        flag{"with-database", text, copying, "", "NAME",
             "Of `segue verify`: the database of --with-table, where it is another one", ours},
        path(
            "postpone-cut-over-flag-file", cut_over,
            [](options & o) -> auto& { return o.run.postpone_flag_file; },
            "The tables are not swapped while this file exists, or cannot be looked at; it is "
            "created "
            "at the start"),
        path(
            "panic-flag-file", cut_over, [](options & o) -> auto& { return o.run.panic_flag_file; },
            "The migration ends once this file exists, as by the command `panic`: exit code 1, and "
            "the original stays as it is. One that is there at the start is an error",
            "what is left behind is told; a file that cannot be looked at counts as not there"),
        number(
            "cut-over-stall-budget-millis", cut_over, "MILLISECONDS", {10, 60'000},
            [](options & o) -> auto& { return o.run.stall_budget; },
            "Longest time that the swap may keep the application waiting, 10 to 60000", ours),
        flag{"cut-over-lock-timeout-seconds", integer, cut_over, "", "SECONDS",
             "The same in seconds, 1 to 10; --cut-over-stall-budget-millis comes first",
             "3 in gh-ost, and the limit of a single step of the swap there"},
        flag{"cut-over-exponential-backoff", boolean, cut_over, "false", "",
             "Pauses between attempts to swap double from 1 s up to "
             "--exponential-backoff-max-interval; "
             "else from 0.5 s to 8 s, and to 60 s once the cut-over is postponed",
             "1 s between attempts in gh-ost unless this is given"},
        flag{"exponential-backoff-max-interval", integer, cut_over, "64", "SECONDS",
             "Longest pause with --cut-over-exponential-backoff, at least 2", ""},
        switched(
            "accept-slow-rename", cut_over,
            [](options & o) -> auto& { return o.run.accept_slow_rename; },
            "Swap although RENAME TABLE alone, by the partitions of the tables, takes longer than "
            "--cut-over-stall-budget-millis; writes wait that long",
            ours),
        switched(
            "ignore-old-snapshots", cut_over,
            [](options & o) -> auto& { return o.run.ignore_old_snapshots; },
            "Swap although a transaction (a backup) is open whose snapshot is from before the new "
            "table "
            "was complete, and which would see it partly filled",
            ours),
        seconds_or_never(
            "kill-blockers-after-seconds", cut_over,
            [](options & o) -> auto& { return o.run.kill_blockers_after; },
            "End a session that holds the table once it has kept the swap waiting that long; 0: "
            "never",
            ours),

        switched(
            "ok-to-drop-table", tables, [](options & o) -> auto& { return o.run.drop_old_table; },
            "Drop the old table when the migration is done"),
        switched(
            "initially-drop-ghost-table", tables,
            [](options & o) -> auto& { return o.run.request.drop_ghost; },
            "Drop what an earlier run left (ghost, changelog and checkpoint tables) at the start, "
            "when the ALTER is known to be possible; a run of this very migration is gone on with "
            "instead (--no-resume begins anew)",
            "refused while the run that has them is at work"),
        switched(
            "initially-drop-old-table", tables,
            [](options & o) -> auto& { return o.run.request.drop_old; },
            "Drop the old table of an earlier run when every check of the start has passed"),

        flag{"resume", boolean, later, "false", "",
             "Refuse to begin anew: there must be an earlier run to go on with. Without it, what "
             "there "
             "is is gone on with, and else a run begins",
             "gh-ost goes on with nothing unless this is given",
             [](const flag_value& given, options& o) {
                 if (given.on()) o.run.request.earlier = earlier::run_use::required;
             }},
        flag{"no-resume", boolean, later, "false", "",
             "Begin anew: what an earlier run of Segue's left is dropped, though it could be gone "
             "on "
             "with",
             ours,
             [](const flag_value& given, options& o) {
                 if (given.on()) o.run.request.earlier = earlier::run_use::begun_anew;
             }},
        flag{"checkpoint-seconds", integer, later, "5", "SECONDS",
             "How often it is written down how far a run is, 1 to 86400: so much of the binary log "
             "is "
             "read again, at most, by the run that goes on. Chunks are written down with their "
             "rows",
             "300 in gh-ost",
             [](const flag_value& given, options& o) {
                 o.run.carrying.checkpoint_interval =
                     std::chrono::seconds(given.within(1, seconds_max));
             }},

        parsed(
            "force-table-names", tables, "", "NAME",
            [](options & o) -> auto& { return o.run.request.naming.base; },
            [](const std::string& given) { return given; },
            "The tables of the migration are _NAME_gho, _NAME_del and so on, in place of the "
            "table's own name. Two migrations at once need two names",
            "one that is too long is cut with a hash, not without"),
        flag{"timestamp-old-table", boolean, tables, "false", "",
             "The old table is _TABLE_YYYYMMDDhhmmss_del, by the time of the start in the local "
             "time zone, so that none of before is in its way",
             "",
             [](const flag_value& given, options& o) {
                 if (given.on())
                     o.run.request.naming.old_stamp =
                         fmt::format("{:%Y%m%d%H%M%S}", fmt::localtime(std::time(nullptr)));
             }},

        number(
            "replica-server-id", stream, "ID",
            {1, std::numeric_limits<std::uint32_t>::max(), refused},
            [](options & o) -> auto& { return o.run.carrying.replica_server_id; },
            "Server id that the binary log is read with, 1 to 4294967295"),

        path(
            "serve-socket-file", interactive,
            [](options & o) -> auto& { return o.serving.socket_file; },
            "Unix socket on which commands are taken; empty: /tmp/gh-ost.SCHEMA.TABLE.sock. Its "
            "owner alone may use it",
            "one that is too long is cut, with a hash at its end; one of a dead process is taken "
            "over"),
        number(
            "serve-tcp-port", interactive, "PORT", {0, 65'535, refused},
            [](options & o) -> auto& { return o.serving.tcp_port; },
            "TCP port on which commands are taken as well, from whoever can connect; 0: none"),
        parsed(
            "serve-tcp-host", interactive, options().serving.tcp_host, "HOST",
            [](options & o) -> auto& { return o.serving.tcp_host; },
            [](const std::string& given) { return given; },
            "The address of --serve-tcp-port; 0.0.0.0 is every one of this machine", ours),
        switched(
            "force-named-cut-over", interactive,
            [](options & o) -> auto& { return o.force_named_cut_over; },
            "The command `unpostpone` has to name the table"),
        switched(
            "force-named-panic", interactive,
            [](options & o) -> auto& { return o.force_named_panic; },
            "The command `panic` has to name the table"),

        parsed(
            "hooks-path", hooking, "", "FOLDER", [](options & o) -> auto& { return o.hooks.path; },
            [](const std::string& given) { return given; },
            "Where hooks are: programs gh-ost-on-NAME* and segue-on-NAME* that are run before "
            "steps "
            "of the migration, and at its end; empty: there are none",
            "a folder that is not there, or a hook that cannot be executed, is an error at the "
            "start"),
        parsed(
            "hooks-hint", hooking, "", "TEXT", [](options & o) -> auto& { return o.hooks.hint; },
            [](const std::string& given) { return given; },
            "Handed to each hook as GH_OST_HOOKS_HINT"),
        parsed(
            "hooks-hint-owner", hooking, "", "TEXT",
            [](options & o) -> auto& { return o.hooks.hint_owner; },
            [](const std::string& given) { return given; },
            "Handed to each hook as GH_OST_HOOKS_HINT_OWNER"),
        parsed(
            "hooks-hint-token", hooking, "", "TEXT",
            [](options & o) -> auto& { return o.hooks.hint_token; },
            [](const std::string& given) { return given; },
            "Handed to each hook as GH_OST_HOOKS_HINT_TOKEN"),
        number(
            "hooks-status-interval", hooking, "SECONDS", {0, seconds_max},
            [](options & o) -> auto& { return o.hooks.status_interval; },
            "How often the status hook is run, while it is not at work still; 0: never",
            "0 ends gh-ost with a fault"),
        number(
            "hooks-timeout-seconds", hooking, "SECONDS", {0, 31 * seconds_max, refused},
            [](options & o) -> auto& { return o.hooks.timeout; },
            "A hook that takes longer is ended, with all processes of its group, and counts as "
            "failed; 0: it may take for ever",
            ours),

        parsed(
            "statsd-addr", telling, "", "HOST:PORT",
            [](options & o) -> auto& { return o.metrics.statsd; },
            [](const std::string& given) {
                return given.empty() ? std::nullopt
                                     : std::optional(metrics::parse_statsd_address(given));
            },
            "StatsD server (UDP, or unix:///PATH of a socket for datagrams) that is told each "
            "second "
            "how far a run is, in DogStatsD's format; empty: none. A server that is away costs "
            "nothing",
            "some of gh-ost's values have no meaning here and are not sent"),
        with_commas(parsed(
            "statsd-tags", telling, "", "KEY:VALUE",
            [](options & o) -> auto& { return o.metrics.tags; }, parse_tags,
            "Tag of every value that is sent to --statsd-addr; may be given several times",
            "what is not KEY:VALUE is an error")),

        switched(
            "json", output, [](options & o) -> auto& { return o.json; },
            "Print one JSON object a line on stdout instead of the lines for people: docs/json.md",
            ours),
        path(
            "report", output, [](options & o) -> auto& { return o.report_file; },
            "Write one JSON document there when the run has ended, however it ends: docs/json.md. "
            "What an earlier run left there is removed at the start",
            ours),
        flag{
            "quiet", boolean, output, "false", "",
            "Of what may be logged log errors only, whatever else is asked for; notices of the run "
            "(WARNING) and status lines stay",
            ""},
        flag{"verbose", boolean, output, "false", "", "Log what happens", ""},
        flag{"debug", boolean, output, "false", "", "Log everything", ""},
        flag{"help", boolean, output, "false", "", "Show this and exit", ""},
        flag{"version", boolean, output, "false", "", "Show the version and exit", ""},
        flag{"check-flag", boolean, output, "false", "",
             "Only check that all other flags are known and can be read; exit code 0 or 2", ""},
    };
}

std::vector<flag> make_table() {
    std::vector<flag> table = obeyed_flags();
    for (flag& one : flags_answered()) table.push_back(std::move(one));
    std::ranges::stable_sort(table, {}, [](const flag& one) {
        return std::ranges::find(all_groups, one.group) - all_groups.begin();
    });
    return table;
}

}  // namespace

std::string refusal_of(const flag& given, std::string_view value) {
    const bool asks_for_something =
        given.kind == flag_kind::boolean ? value == "true" : !value.empty();
    if (given.answered_by != flag_answer::refusal || !asks_for_something) return {};
    constexpr std::string_view prefix = "Refused: ";
    require(given.meaning.starts_with(prefix), "a flag that is refused says so");
    return fmt::format("--{} is refused: {}", given.name, given.meaning.substr(prefix.size()));
}

std::span<const flag> flags() {
    static const std::vector<flag> table = make_table();
    return table;
}

const flag& flag_named(std::string_view name) {
    const auto found = std::ranges::find(flags(), name, &flag::name);
    require(found != flags().end(), "flag " + std::string(name) + " is in the table");
    return *found;
}

}  // namespace segue::cli
