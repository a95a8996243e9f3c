#include "src/preflight/taken_along.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/base/utf8.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/servers/account.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t name_characters_max = 64;

std::string definer_text(const std::string& definer) {
    const std::size_t at = definer.rfind('@');
    return quoted_name(definer.substr(0, at)) + "@" +
           quoted_name(at == std::string::npos ? "" : definer.substr(at + 1));
}

// What the session says of itself, to be said again afterwards.
class own_settings {
  public:
    explicit own_settings(db::session& session)
        : session_(session),
          found_(session.query_row("SELECT @@SESSION.sql_mode, @@SESSION.character_set_client, "
                                   "@@SESSION.collation_connection")) {}

    void become(const std::string& sql_mode, const std::string& client,
                const std::string& collation) {
        session_.execute(fmt::format(
            "SET SESSION sql_mode={}, character_set_client={}, collation_connection={}",
            quoted_literal(sql_mode), quoted_literal(client), quoted_literal(collation)));
    }
    void become_own() {
        become(found_[0].value_or(""), found_[1].value_or(""), found_[2].value_or(""));
    }

  private:
    db::session& session_;
    const db::row found_;
};

// The text in the bytes of another character set. Throws segue::error where it has no such.
std::string in_charset(db::session& session, const std::string& text, const std::string& charset) {
    if (is_ascii(text)) return text;
    const db::row found = session.query_row(fmt::format(
        "SELECT HEX(CONVERT({0} USING {1})), CONVERT(CONVERT({0} USING {1}) USING utf8mb4)={0}",
        quoted_literal(text), charset));
    if (found[1] != "1")
        throw error(
            fmt::format("{} cannot be written in the trigger's character set {}", text, charset));
    std::string bytes;
    const std::string digits = found[0].value_or("");
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string head_of(const taken_trigger& one, const table_name& table) {
    return fmt::format("CREATE DEFINER={} TRIGGER {} {} {} ON {} FOR EACH ROW ",
                       definer_text(one.original.definer),
                       table_name{table.schema, one.name}.quoted(), one.original.timing,
                       one.original.event, table.quoted());
}

// What lets an account make a trigger that the server refused.
std::string remedy_for(db::session& session, const error& failure, const taken_trigger& one) {
    const std::string account = servers::account_name(session);
    if (failure.mysql_errno() == er::binlog_create_routine_need_super)
        return fmt::format("SET GLOBAL log_bin_trust_function_creators=1; or {}",
                           servers::grant_statement("SUPER", account));
    if (failure.mysql_errno() == er::specific_access_denied_error)
        return fmt::format(
            "Its definer is {}. {} (before 8.2 SET_USER_ID; SYSTEM_USER as well, where that "
            "account "
            "has it.)",
            definer_text(one.original.definer),
            servers::grant_statement("SET_ANY_DEFINER", account));
    if (failure.mysql_errno() == er::bad_field_error)
        return "The ALTER drops or renames a column that the trigger names, and ALTER TABLE would "
               "leave a trigger that fails: change or drop it before.";
    return "Drop or change the trigger, or leave --include-triggers out.";
}

}  // namespace

std::string trigger_name_taken_along(const std::string& original, const trigger_request& with) {
    if (with.remove_suffix_if_there && original.ends_with(with.suffix) &&
        original.size() > with.suffix.size())
        return original.substr(0, original.size() - with.suffix.size());
    return original + with.suffix;
}

std::string held_trigger_name(db::session& session, const table_name& original,
                              const std::vector<taken_trigger>& triggers,
                              const std::vector<table_name>& but_for) {
    if (triggers.empty()) return {};
    std::vector<std::string> names;
    for (const taken_trigger& one : triggers) names.push_back(quoted_literal(one.name));
    std::vector<std::string> tables{"''"};
    for (const table_name& one : but_for) tables.push_back(quoted_literal(one.name));
    const auto found = session.query(fmt::format(
        R"(SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS
           WHERE TRIGGER_SCHEMA={} AND TRIGGER_NAME IN ({}) AND EVENT_OBJECT_TABLE NOT IN ({})
           ORDER BY 1)",
        quoted_literal(original.schema), fmt::join(names, ","), fmt::join(tables, ",")));
    if (found.empty()) return {};
    return fmt::format(
        "the table {} has a trigger of the name {}, which one of the new table's "
        "would get in the swap",
        quoted_name(found[0][1].value_or("")), quoted_name(found[0][0].value_or("")));
}

std::vector<taken_trigger> triggers_to_take_along(db::session& session, const table_name& original,
                                                  const trigger_request& with,
                                                  const std::optional<ended_pair>& ended,
                                                  const std::vector<table_name>& held_until_dropped,
                                                  std::vector<refusal>& refusals) {
    const auto account = servers::read_account(session, original.schema);
    constexpr std::array needed{"TRIGGER"};
    if (!account.held.missing(needed).empty()) {
        refusals.push_back({fmt::format("without the TRIGGER privilege on {} the account sees no "
                                        "triggers, and makes none",
                                        quoted_name(original.schema)),
                            account.held.grants_of_missing(needed, account.name)});
        return {};
    }
    const std::string collation =
        session
            .query_value(
                "SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE "
                "SCHEMA_NAME=" +
                quoted_literal(original.schema))
            .value_or("");
    std::vector<taken_trigger> made;
    for (schema::trigger& one : schema::read_triggers(session, original)) {
        if (ended && earlier::is_of_pair(one, ended->new_column)) continue;
        taken_trigger taken{.original = std::move(one), .name = {}, .body = {}};
        taken.name = trigger_name_taken_along(taken.original.name, with);
        taken.body = schema::read_trigger_body(session, original, taken.original.name);
        if (characters_in(taken.name) > name_characters_max)
            refusals.push_back(
                {fmt::format("the trigger {} would be called {} on the new table, which is longer "
                             "than {} characters",
                             quoted_name(taken.original.name), quoted_name(taken.name),
                             name_characters_max),
                 "Give a shorter --trigger-suffix, or the trigger a shorter name."});
        if (taken.original.schema_collation != collation)
            refusals.push_back(
                {fmt::format("the trigger {} was made when the schema's collation was {}, and a "
                             "new one would have {}",
                             quoted_name(taken.original.name), taken.original.schema_collation,
                             collation),
                 "Make that trigger anew before (DROP TRIGGER, CREATE TRIGGER)."});
        made.push_back(std::move(taken));
    }
    for (std::size_t i = 0; i < made.size(); ++i)
        for (std::size_t j = 0; j < made.size(); ++j)
            if (made[i].name == made[j].original.name)
                refusals.push_back(
                    {fmt::format("the new table's trigger in the place of {} would be called {}, "
                                 "as another one of the table is",
                                 quoted_name(made[i].original.name), quoted_name(made[i].name)),
                     "Give another --trigger-suffix."});
            else if (i < j && made[i].name == made[j].name)
                refusals.push_back({fmt::format("two triggers of the new table would be called {}",
                                                quoted_name(made[i].name)),
                                    "Give another --trigger-suffix."});
    std::vector<table_name> free = held_until_dropped;
    free.push_back(original);
    if (auto held = held_trigger_name(session, original, made, free); !held.empty())
        refusals.push_back({held, "Drop that trigger, or give another --trigger-suffix."});
    return made;
}

void make_triggers(db::session& session, const table_name& table,
                   const std::vector<taken_trigger>& triggers) {
    if (triggers.empty()) return;
    own_settings settings(session);
    for (const taken_trigger& one : triggers) {
        const schema::trigger& like = one.original;
        const std::string text =
            in_charset(session, head_of(one, table), like.client_charset) + one.body;
        settings.become(like.sql_mode, like.client_charset, like.connection_collation);
        session.execute(text);
        settings.become_own();
    }
}

bool has_triggers(db::session& session, const table_name& table) {
    return !schema::read_triggers(session, table).empty();
}

void drop_triggers(db::session& session, const table_name& table) {
    for (const schema::trigger& one : schema::read_triggers(session, table))
        session.execute("DROP TRIGGER IF EXISTS " + table_name{table.schema, one.name}.quoted());
}

milliseconds try_triggers(db::session& session, const table_name& target,
                          std::vector<taken_trigger> triggers) {
    milliseconds taken{0};
    for (std::size_t i = 0; i < triggers.size(); ++i) {
        std::vector<taken_trigger> one{triggers[i]};
        one.front().name = fmt::format("_segue_{}_{}", session.connection_id(), i);
        const auto began = steady_clock::now();
        try {
            make_triggers(session, target, one);
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            throw refused({{fmt::format("the trigger {} cannot be made on the new table: {}",
                                        quoted_name(one.front().original.name), failure.what()),
                            remedy_for(session, failure, one.front())}});
        }
        taken += std::chrono::ceil<milliseconds>(steady_clock::now() - began);
    }
    drop_triggers(session, target);
    return taken;
}

std::string changed_trigger(db::session& session, const table_name& original,
                            const taken_along& along) {
    std::vector<schema::trigger> before = along.left_behind;
    for (const taken_trigger& one : along.triggers) before.push_back(one.original);
    const auto now = schema::read_triggers(session, original);
    for (const schema::trigger& one : before)
        if (std::ranges::count(now, one) == 0) return one.name;
    for (const schema::trigger& one : now)
        if (std::ranges::count(before, one) == 0) return one.name;
    return {};
}

std::vector<schema::trigger> triggers_left_behind(db::session& session, const table_name& original,
                                                  const ended_pair& pair,
                                                  std::vector<refusal>& refusals) {
    std::vector<schema::trigger> found;
    for (schema::trigger& one : schema::read_triggers(session, original))
        if (earlier::is_of_pair(one, pair.new_column)) found.push_back(std::move(one));
    for (const std::string_view event : {"UPDATE", "INSERT"})
        if (pair.whole && std::ranges::count(found, event, &schema::trigger::event) == 0)
            refusals.push_back(
                {fmt::format("the trigger that keeps {} in step on {} is gone",
                             quoted_name(pair.new_column), event),
                 "What was written since may stand under one of the two names alone. The same "
                 "`segue expand` makes it again, and tells which rows disagree."});
    return found;
}

}  // namespace segue::preflight
