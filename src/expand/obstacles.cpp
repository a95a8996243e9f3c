#include "src/expand/obstacles.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/base/table_name.hpp"
#include "src/expand/asked_column.hpp"
#include "src/schema/column_line.hpp"
#include "src/servers/account.hpp"
#include "src/servers/replication_status.hpp"
#include "src/servers/sight.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace segue::expand {
namespace {

using schema::column;
using schema::table_definition;

// INVISIBLE is understood from this version on.
constexpr unsigned oldest_version = 80023;

std::map<std::string, std::string> variables(db::session& session) {
    std::map<std::string, std::string> found;
    for (const db::row& one : session.query(
             R"(SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version','hostname','port','log_bin',
                  'binlog_format','read_only','super_read_only'))"))
        found[one[0].value_or("")] = one[1].value_or("");
    return found;
}

void refuse_replica(db::session& session, const servers::server_facts& facts,
                    const servers::account_facts& account, std::vector<refusal>& found) {
    for (const servers::replication_channel& one : servers::replication_channels(session))
        found.push_back(
            {fmt::format("the server {} applies what {} logs{}: rows that come from there fire no "
                         "trigger",
                         facts.host, one.source.text(),
                         one.name.empty() ? "" : fmt::format(" (channel {})", one.name)),
             "Let --host name the primary. If this is one, and the channel is not needed any more: "
             "RESET REPLICA ALL;"});
    if (!account.held.holds("REPLICATION CLIENT"))
        found.push_back({fmt::format("whether {} applies what another server logs cannot be seen, "
                                     "and rows that come from there fire no trigger",
                                     facts.host),
                         servers::grant_statement("REPLICATION CLIENT", account.name)});
}

bool names_one_of(const schema::trigger& one, std::initializer_list<std::string_view> names) {
    const sql::tokenizer_options options{
        .ansi_quotes = one.sql_mode.find("ANSI_QUOTES") != std::string::npos,
        .no_backslash_escapes = one.sql_mode.find("NO_BACKSLASH_ESCAPES") != std::string::npos};
    try {
        return std::ranges::any_of(
            sql::tokenize(one.statement, options).tokens, [&](const sql::sql_token& token) {
                return token.is_identifier() &&
                       std::ranges::any_of(names, [&](std::string_view name) {
                           return sql::same_name(sql::unquote(token, options), name);
                       });
            });
    } catch (const error&) {
        return true;  // Nothing can be said of it.
    }
}

bool is_among(const std::string& name, std::span<const std::string> names) {
    return std::ranges::any_of(names, [&](const auto& one) { return sql::same_name(one, name); });
}

}  // namespace

std::vector<refusal> server_obstacles(db::session& session, const std::string& schema,
                                      servers::server_facts& facts) {
    auto seen = variables(session);
    facts.version = seen["version"];
    facts.host = seen["hostname"] + ":" + seen["port"];
    if (facts.version.find("MariaDB") != std::string::npos ||
        servers::version_number(facts.version) < oldest_version)
        throw error(fmt::format(
            "the server is {}. An expand needs MySQL 8.0.23 or above, which has INVISIBLE columns.",
            facts.version));
    std::vector<refusal> found;
    facts.logs = seen["log_bin"] == "ON";
    if (facts.logs && seen.contains("binlog_format") && seen["binlog_format"] != "ROW")
        found.push_back(
            {fmt::format("binlog_format is {}: a replica would run statements, and the triggers "
                         "once more",
                         seen["binlog_format"]),
             "SET GLOBAL binlog_format=ROW; then let every session that writes connect anew."});
    if (seen["read_only"] == "ON")
        found.push_back({fmt::format("the server {} is read_only (super_read_only is {})",
                                     facts.host, seen["super_read_only"]),
                         "Is it a replica, or the primary of before a failover? Then let --host "
                         "name the primary."});
    const servers::account_facts account = servers::read_account(session, schema);
    facts.account = account.name;
    constexpr std::array on_schema = {"SELECT", "INSERT", "UPDATE", "DELETE",
                                      "CREATE", "DROP",   "ALTER",  "TRIGGER"};
    if (!account.held.missing(on_schema).empty())
        found.push_back({fmt::format("on {} the account lacks privileges on {}", facts.host,
                                     quoted_name(schema)),
                         account.held.grants_of_missing(on_schema, account.name)});
    refuse_replica(session, facts, account, found);
    facts.weaker = servers::look_at_sight(session, account, facts);
    return found;
}

std::vector<refusal> column_obstacles(const task& asked, const schema::table_definition& table) {
    const std::string name = quoted_name(asked.down.column);
    const column* const old_column = table.find_column(asked.down.column);
    if (old_column == nullptr)
        return {{fmt::format("{} has no column {}", table.name.quoted(), name),
                 did_you_mean(asked.down.column, table.column_names()) +
                     "Left of = in --down stands the column that is there."}};
    std::vector<refusal> found;
    if (old_column->generated)
        found.push_back({fmt::format("{} is a generated column: the server computes it", name),
                         "Expand the columns that it reads."});
    if (old_column->auto_increment)
        found.push_back(
            {fmt::format("{} is AUTO_INCREMENT: whether a row gives it cannot be told", name),
             "Change it by a migration."});
    const std::string literal = default_literal(schema::column_line(table, old_column->name));
    if (literal.starts_with('(') || literal.starts_with("CURRENT_TIMESTAMP"))
        found.push_back(
            {fmt::format("the default of {} is the expression {}: whether an INSERT gives the "
                         "column cannot be told",
                         name, literal),
             fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT; or give it a literal one.",
                         table.name.quoted(), name)});
    else if (!literal.empty() && old_column->data_type == "timestamp")
        found.push_back(
            {fmt::format("{} is a TIMESTAMP with the default {}, another moment in each time zone",
                         name, literal),
             fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT;", table.name.quoted(),
                         name)});
    if (old_column->sets_itself_on_update)
        found.push_back(
            {fmt::format("{} sets itself ON UPDATE: whether an UPDATE gives it cannot be told",
                         name),
             "Take ON UPDATE from the column before."});
    const auto tokens = sql::tokenize(asked.definition).tokens;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (tokens[i].is_word("ON") && tokens[i + 1].is_word("UPDATE"))
            found.push_back({fmt::format("{} would set itself ON UPDATE: whether an UPDATE gives "
                                         "it could not be told",
                                         quoted_name(asked.up.column)),
                             "Leave ON UPDATE out."});
    if (asked.up.column.find("*/") != std::string::npos)
        found.push_back({fmt::format("the name {} has */ in it", quoted_name(asked.up.column)),
                         "The triggers carry the name in a comment: choose another one."});
    return found;
}

namespace {

/// One of the two expressions, and what is found against it.
struct judged {
    const schema::set_column& set;
    const std::string text;  ///< As messages have it.
    const table_definition& expanded;
    std::vector<refusal>& found;
};

void look_at_sides(const judged& one, const std::string& from) {
    if (!is_among(from, one.set.reads))
        one.found.push_back({fmt::format("{} does not read {}", one.text, quoted_name(from)),
                             "One column is made from the other, and the other way round."});
    if (is_among(one.set.target, one.set.reads))
        one.found.push_back({fmt::format("{} reads what it writes", one.text),
                             "Its value would be another one each time it is computed."});
}

bool is_copy(const judged& one, const column& read) {
    const column* const target = one.expanded.find_column(one.set.target);
    return target != nullptr && target->column_type == read.column_type &&
           (one.set.asked == read.name || one.set.asked == quoted_name(read.name));
}

void look_at_read(const judged& one, const column& read) {
    const std::string name = quoted_name(read.name);
    if (read.generated)
        one.found.push_back({fmt::format("{} reads {}, a generated column, which has no value yet "
                                         "in a trigger that comes before the row",
                                         one.text, name),
                             "Write what that column is made from in its place."});
    if (read.auto_increment)
        one.found.push_back({fmt::format("{} reads {}, which is AUTO_INCREMENT, and has no value "
                                         "yet in a trigger that comes before the row",
                                         one.text, name),
                             "Write an expression over other columns."});
    if (read.data_type == "timestamp" && !is_copy(one, read))
        one.found.push_back({fmt::format("{} reads {}, a TIMESTAMP, which is another text in each "
                                         "session's time zone",
                                         one.text, name),
                             "Only a TIMESTAMP of the same precision may be made from one, by its "
                             "name alone."});
}

void look_at_division(const judged& one) {
    const auto tokenized = sql::tokenize(one.set.asked);
    if (std::ranges::any_of(tokenized.tokens,
                            [](const sql::sql_token& token) { return token.is_symbol('/'); }))
        one.found.push_back({fmt::format("{} divides by /, and how many digits that gives each "
                                         "session decides (div_precision_increment)",
                                         one.text),
                             "Multiply instead (cents * 0.01), or use DIV."});
}

void look_at_expression(const judged& one, const std::string& from) {
    look_at_sides(one, from);
    bool reads_moment = false;
    for (const std::string& name : one.set.reads)
        if (const column* const read = one.expanded.find_column(name)) {
            look_at_read(one, *read);
            reads_moment |= read->data_type == "timestamp";
        }
    look_at_division(one);
    const column* const target = one.expanded.find_column(one.set.target);
    if (target != nullptr && target->data_type == "timestamp" && !reads_moment)
        one.found.push_back({fmt::format("{} makes a TIMESTAMP of something else, which is another "
                                         "moment in each session's time zone",
                                         one.text),
                             "Make it a DATETIME."});
}

}  // namespace

std::vector<refusal> expression_obstacles(const schema::set_column& up,
                                          const schema::set_column& down,
                                          const schema::table_definition& expanded) {
    std::vector<refusal> found;
    const auto look_at = [&](const schema::set_column& set, std::string_view flag,
                             const std::string& from) {
        look_at_expression({.set = set,
                            .text = fmt::format("{} \"{} = {}\"", flag, set.target, set.asked),
                            .expanded = expanded,
                            .found = found},
                           from);
    };
    look_at(up, "--up", down.target);
    look_at(down, "--down", up.target);
    return found;
}

std::vector<refusal> foreign_key_obstacles(std::span<const schema::foreign_key> keys,
                                           std::span<const std::string> columns) {
    std::vector<refusal> found;
    const auto writes = [](const std::string& action) {
        return action == "CASCADE" || action == "SET NULL" || action == "SET DEFAULT";
    };
    for (const schema::foreign_key& key : keys) {
        if (!writes(key.on_update) && (key.on_delete == "CASCADE" || !writes(key.on_delete)))
            continue;
        for (const std::string& name : key.columns)
            if (is_among(name, columns))
                found.push_back(
                    {fmt::format("a change of {} changes {} by the foreign key {}, and fires no "
                                 "trigger",
                                 key.parent.quoted(), quoted_name(name), quoted_name(key.name)),
                     "Make the foreign key RESTRICT or NO ACTION before."});
    }
    return found;
}

std::vector<refusal> trigger_obstacles(std::span<const schema::trigger> triggers,
                                       const task& asked) {
    std::vector<refusal> found;
    if (!asked.order.empty()) return found;
    for (const schema::trigger& one : triggers) {
        if (one.timing != "BEFORE" || one.event == "DELETE" || earlier::is_of_any_pair(one))
            continue;
        if (!names_one_of(one, {asked.up.column, asked.down.column})) continue;
        found.push_back(
            {fmt::format("the trigger {} (BEFORE {}) names {} or {}", quoted_name(one.name),
                         one.event, quoted_name(asked.down.column), quoted_name(asked.up.column)),
             "Which comes first decides what it sees: --trigger-order=follows has Segue's triggers "
             "take what it made of the columns, --trigger-order=precedes has it see both of them "
             "in step. What it writes behind them is in step with nothing."});
    }
    return found;
}

std::vector<refusal> other_expands(std::span<const earlier::expanded_column> all,
                                   const earlier::expand_facts& now,
                                   std::span<const std::string> reads) {
    std::vector<refusal> found;
    std::vector<std::string> used(reads.begin(), reads.end());
    used.push_back(now.old_column);
    used.push_back(now.new_column);
    for (const earlier::expanded_column& one : all) {
        if (sql::same_name(one.asked.new_column, now.new_column)) {
            const auto told = [&](std::string_view what, const std::string& was,
                                  const std::string& is) {
                if (was != is)
                    found.push_back(
                        {fmt::format("{} is expanded already, since {}, and {} was {}, and is {}",
                                     quoted_name(now.new_column), one.begun, what,
                                     was.empty() ? "not given" : was,
                                     is.empty() ? "not given" : is),
                         "Give the same command to go on with it."});
            };
            told("the old column", one.asked.old_column, now.old_column);
            told("--column", one.asked.definition, now.definition);
            told("--up", one.asked.up, now.up);
            told("--down", one.asked.down, now.down);
            told("--trigger-order", one.asked.order, now.order);
            told("--definer", one.asked.definer, now.definer);
            continue;
        }
        if (!is_among(one.asked.old_column, used) && !is_among(one.asked.new_column, used))
            continue;
        found.push_back(
            {fmt::format("{} and {} are kept in step with each other already, since {}",
                         quoted_name(one.asked.old_column), quoted_name(one.asked.new_column),
                         one.begun),
             "A second pair over one of them would not see what the first one changes. Bring that "
             "expand to its end before."});
    }
    return found;
}

}  // namespace segue::expand
