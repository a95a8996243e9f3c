#include "src/new_table/kept_foreign_keys.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/utf8.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/target_table.hpp"
#include "src/new_table/twin_names.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/servers/account.hpp"
#include "src/sql/foreign_key_clauses.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t name_characters_max = 64;
constexpr std::string_view what_else =
    "Drop it before, and add it again after the migration if it is needed; or say "
    "--discard-foreign-keys, which leaves the table's foreign keys out of the new table.";

std::string in_words(const schema::foreign_key& key) {
    return fmt::format("the table's foreign key {} ({}) to {} ({})", quoted_name(key.name),
                       schema::list_of(key.columns), key.parent.quoted(),
                       schema::list_of(key.parent_columns));
}

template <typename Statement>
milliseconds time_of(Statement statement) {
    const auto began = steady_clock::now();
    statement();
    return std::chrono::ceil<milliseconds>(steady_clock::now() - began);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t from = 0;
    for (std::size_t at = 0; (at = text.find('\n', from)) != std::string::npos; from = at + 1)
        lines.push_back(text.substr(from, at - from));
    lines.push_back(text.substr(from));
    return lines;
}

// A line of SHOW CREATE TABLE about an index of the group in which those of foreign keys stand.
struct index_line {
    std::string name;  ///< In its quotes.
    std::string rest;  ///< Behind the name and a space, without a comma at the end.
    std::string clause;
};

std::optional<index_line> read_index_line(std::string_view line) {
    std::string_view text = line;
    for (const std::string_view begin : {"  KEY `", "  SPATIAL KEY `"}) {
        if (!text.starts_with(begin)) continue;
        if (text.ends_with(',')) text.remove_suffix(1);
        const std::size_t name_at = begin.size() - 1;
        std::size_t at = begin.size();
        for (; at < text.size(); ++at) {
            if (text[at] != '`') continue;
            if (at + 1 >= text.size() || text[at + 1] != '`') break;
            ++at;
        }
        if (at + 2 >= text.size()) return std::nullopt;
        return index_line{.name = std::string(text.substr(name_at, at + 1 - name_at)),
                          .rest = std::string(text.substr(at + 2)),
                          .clause = std::string(text.substr(2))};
    }
    return std::nullopt;
}

// Whether the server may have made the index for the key: it is over the key's columns, or over
// those of a shorter one that is gone, and nothing more is said of it.
bool may_be_of(const index_line& line, const schema::foreign_key& key) {
    std::string columns;
    for (const std::string& column : key.columns) {
        columns += (columns.empty() ? "" : ",") + quoted_name(column);
        if (sql::same_name(line.rest, "(" + columns + ")")) return true;
    }
    return false;
}

std::string definition_of(db::session& session, const table_name& table) {
    return session.query_row("SHOW CREATE TABLE " + table.quoted())[1].value_or("");
}

struct named_key {
    std::string name;
    table_name of;
};

// The foreign keys that have one of the names: these are unique in a schema, by a collation that
// tells neither the case of letters nor accents nor spaces at the end (measured, 9.7.4 and 8.0.45).
// Those of the new table itself, which an attempt to swap left there, are taken back.
std::vector<named_key> who_has(db::session& session, const migration_tables& tables,
                               const std::set<std::string>& names) {
    const std::string& schema = tables.original.schema;
    std::vector<std::string> literals;
    for (const std::string& one : names) literals.push_back(quoted_literal(one));
    std::vector<named_key> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT CONSTRAINT_NAME, TABLE_NAME FROM information_schema.TABLE_CONSTRAINTS
                WHERE CONSTRAINT_SCHEMA={} AND CONSTRAINT_TYPE='FOREIGN KEY' AND TABLE_NAME<>{} AND
                  CONVERT(CONSTRAINT_NAME USING utf8mb4) COLLATE utf8mb4_general_ci IN ({}))",
             quoted_literal(schema), quoted_literal(tables.ghost.name), fmt::join(literals, ","))))
        found.push_back({one[0].value_or(""), {schema, one[1].value_or("")}});
    return found;
}

// A key whose name was generated keeps its number, by which RENAME lets it follow; another one gets
// a number with which no name that it has for a moment is taken.
std::vector<kept_foreign_key> numbered(db::session& session,
                                       const std::vector<schema::foreign_key>& keys,
                                       const migration_tables& tables) {
    const std::string& table = tables.original.name;
    std::set<std::uint64_t> used;
    for (const schema::foreign_key& key : keys)
        if (const auto own = schema::number_in_key_name(key.name, table)) used.insert(*own);
    const auto is_free = [&](std::uint64_t number) {
        if (used.contains(number)) return false;
        std::set<std::string> names;
        for (const std::string& on : {table, tables.ghost.name, tables.old.name})
            names.insert(schema::generated_key_name(on, number));
        return who_has(session, tables, names).empty();
    };
    std::uint64_t last = used.empty() ? 0 : *used.rbegin();
    std::vector<kept_foreign_key> made;
    for (const schema::foreign_key& key : keys) {
        auto number = schema::number_in_key_name(key.name, table);
        if (!number) {
            do ++last;
            while (!is_free(last));
            number = last;
        }
        made.push_back({.wanted = key, .source_columns = key.columns, .number = *number});
    }
    return made;
}

void refuse_long_names(const std::vector<kept_foreign_key>& keys, const migration_tables& tables,
                       const std::string& twin) {
    for (const kept_foreign_key& key : keys)
        for (const std::string& table : {tables.ghost.name, tables.old.name, twin})
            if (const std::string name = key.name_on(table);
                characters_in(name) > name_characters_max)
                throw_refusals(
                    {{fmt::format("{} would have the name {} for a moment, which is longer than {} "
                                  "characters",
                                  in_words(key.wanted), quoted_name(name), name_characters_max),
                      "Say --force-table-names with a shorter name for the tables of the "
                      "migration, or --discard-foreign-keys."}});
}

}  // namespace

std::optional<refusal> key_name_taken(db::session& session, const migration_tables& tables,
                                      const std::vector<schema::foreign_key>& own,
                                      const std::vector<kept_foreign_key>& kept) {
    std::set<std::string> needed;
    std::set<std::string, sql::name_order> had;  // by the key that is to have it
    for (const kept_foreign_key& key : kept) {
        needed.insert({key.name_on(tables.ghost.name), key.name_on(tables.original.name)});
        if (key.wanted.name == key.name_on(tables.original.name)) had.insert(key.wanted.name);
    }
    // Only a generated name follows the table to its old name.
    for (const schema::foreign_key& key : own)
        if (const auto number = schema::number_in_key_name(key.name, tables.original.name))
            needed.insert(schema::generated_key_name(tables.old.name, *number));
    if (needed.empty()) return std::nullopt;
    for (const auto& [name, holder] : who_has(session, tables, needed)) {
        if (holder == tables.original && had.contains(name)) continue;
        return refusal{
            fmt::format("the swap needs the name {} for a foreign key, and one of the table {} has "
                        "it: such names are unique in a schema",
                        quoted_name(name), holder.quoted()),
            "Give that one another name, say --force-table-names for other names of the "
            "migration's tables, or --discard-foreign-keys."};
    }
    return std::nullopt;
}

unchecked_foreign_keys::unchecked_foreign_keys(db::session& session) : session_(session) {
    session_.execute("SET SESSION foreign_key_checks=0");
}

unchecked_foreign_keys::~unchecked_foreign_keys() {
    try {
        session_.execute("SET SESSION foreign_key_checks=1");
    } catch (const error&) {  // A session that is lost: whoever uses it next is told.
    }
}

std::vector<std::string> foreign_keys_of(db::session& session, const table_name& table) {
    std::vector<std::string> names;
    for (const schema::foreign_key& key : schema::read_foreign_keys(session, table))
        names.push_back(key.name);
    return names;
}

std::string make_foreign_keys_statement(const table_name& on,
                                        const std::vector<kept_foreign_key>& keys) {
    std::string clauses;
    for (const kept_foreign_key& key : keys)
        clauses += fmt::format("ADD CONSTRAINT {} {}, ", quoted_name(key.name_on(on.name)),
                               schema::text_of(key.wanted));
    return fmt::format("ALTER TABLE {} {}ALGORITHM=INPLACE", on.quoted(), clauses);
}

std::string drop_foreign_keys_statement(const table_name& of,
                                        const std::vector<std::string>& names) {
    std::string clauses;
    for (const std::string& name : names)
        clauses +=
            fmt::format("{}DROP FOREIGN KEY {}", clauses.empty() ? "" : ", ", quoted_name(name));
    return fmt::format("ALTER TABLE {} {}", of.quoted(), clauses);
}

std::string name_foreign_keys_statement(const table_name& of,
                                        const std::vector<kept_foreign_key>& keys) {
    std::string clauses;
    for (const kept_foreign_key& key : keys)
        if (const std::string made = key.name_on(of.name); made != key.wanted.name)
            clauses += fmt::format("DROP FOREIGN KEY {}, ADD CONSTRAINT {} {}, ", quoted_name(made),
                                   quoted_name(key.wanted.name), schema::text_of(key.wanted));
    if (clauses.empty()) return {};
    return fmt::format("ALTER TABLE {} {}ALGORITHM=INPLACE", of.quoted(), clauses);
}

std::vector<std::string> names_when_made(const table_name& on,
                                         const std::vector<kept_foreign_key>& keys) {
    std::vector<std::string> names;
    for (const kept_foreign_key& key : keys) names.push_back(key.name_on(on.name));
    return names;
}

// NULL in one of the columns asks for no parent: MATCH SIMPLE.
std::string has_no_parent(const table_name& original, const kept_foreign_key& key) {
    std::string there;
    std::string equal;
    for (std::size_t i = 0; i < key.source_columns.size(); ++i) {
        const std::string own = original.quoted() + "." + quoted_name(key.source_columns[i]);
        there += own + " IS NOT NULL AND ";
        const std::string_view number =
            key.compared_by_number.contains(key.source_columns[i]) ? "+0" : "";
        equal +=
            fmt::format("{}{}.{}{}={}{}", equal.empty() ? "" : " AND ", key.wanted.parent.quoted(),
                        quoted_name(key.wanted.parent_columns[i]), number, own, number);
    }
    return fmt::format("{}NOT EXISTS (SELECT 1 FROM {} WHERE {})", there,
                       key.wanted.parent.quoted(), equal);
}

std::string says_of_orphan(const kept_foreign_key& key) {
    return fmt::format(
        "a row has no parent by {}, so that the new table could not have that foreign key. (It was "
        "written with foreign_key_checks=0.) Give such rows a parent, or NULL, and start again: ",
        in_words(key.wanted));
}

std::vector<refusal> unkept_foreign_keys(const schema::table_definition& of,
                                         const std::vector<schema::foreign_key>& keys) {
    std::vector<refusal> found;
    for (const schema::foreign_key& key : keys) {
        if (key.parent == of.name) {
            found.push_back(
                {in_words(key) + " refers to the table itself",
                 fmt::format("Drop it before (ALTER TABLE {} DROP FOREIGN KEY {};), and add it "
                             "again after the migration if it is needed. pt-online-schema-change "
                             "would make it on its new table, and with "
                             "--alter-foreign-keys-method=drop_swap or rebuild_constraints drop "
                             "or rebuild what refers to the old one.",
                             of.name.quoted(), quoted_name(key.name))});
            continue;
        }
        if (key.has_action())
            found.push_back(
                {fmt::format("{} has a cascading action (ON DELETE {}, ON UPDATE {})",
                             in_words(key), key.on_delete, key.on_update),
                 fmt::format(
                     "{} pt-online-schema-change would have the key on its new table from the "
                     "start, so that the server cascades into both tables; its "
                     "--alter-foreign-keys-method is about the children of a table.",
                     what_else)});
        for (const std::string& name : key.columns)
            if (const schema::column* const column = of.find_column(name);
                column != nullptr && column->generated)
                found.push_back({fmt::format("{} is over the generated column {}, whose values the "
                                             "new table computes anew",
                                             in_words(key), quoted_name(name)),
                                 std::string(what_else)});
    }
    return found;
}

std::vector<parent_table> parents_of(db::session& session,
                                     const std::vector<schema::foreign_key>& keys,
                                     std::vector<refusal>& refusals) {
    constexpr std::array needed{"SELECT", "REFERENCES", "LOCK TABLES"};
    std::set<std::string> schemas;
    std::vector<parent_table> parents;
    for (const schema::foreign_key& key : keys) {
        if (std::ranges::count(parents, key.parent, &parent_table::name) > 0) continue;
        if (schemas.insert(key.parent.schema).second) {
            const auto account = servers::read_account(session, key.parent.schema);
            if (const auto missing = account.held.missing(needed); !missing.empty())
                refusals.push_back(
                    {fmt::format("to keep the foreign key {} the account needs {} on {}",
                                 quoted_name(key.name), missing, quoted_name(key.parent.schema)),
                     account.held.grants_of_missing(needed, account.name)});
        }
        const auto seen = schema::read_table(session, key.parent);
        if (!seen) {
            refusals.push_back({in_words(key) + " refers to a table that is not there, or that "
                                                "the account cannot see",
                                std::string(what_else)});
            continue;
        }
        const auto any = std::ranges::find(seen->columns, false, &schema::column::generated);
        parents.push_back(
            {.name = key.parent, .any_column = any == seen->columns.end() ? "" : any->name});
    }
    return parents;
}

void ask_for_indexes_of_keys(db::session& session, const table_name& of,
                             const std::vector<schema::foreign_key>& keys) {
    const std::string before = definition_of(session, of);
    std::string dropped;
    std::string added;
    bool found = false;
    for (const std::string& line : lines_of(before)) {
        const auto index = read_index_line(line);
        if (!index) continue;
        found = found || std::ranges::any_of(keys, [&](const schema::foreign_key& key) {
                    return may_be_of(*index, key);
                });
        if (!found) continue;
        dropped += fmt::format("{}DROP KEY {}", dropped.empty() ? "" : ", ", index->name);
        added += ", ADD " + index->clause;
    }
    if (!found) return;
    session.execute(fmt::format("ALTER TABLE {} {}{}", of.quoted(), dropped, added));
    if (definition_of(session, of) == before) return;
    throw_refusals(
        {{"the server does not make the table's indexes again as they are, which the "
          "foreign keys need",
          "Say --discard-foreign-keys, or run this ALTER as a plain ALTER TABLE."}});
}

foreign_key_trial::foreign_key_trial(db::session& session, const table_record& record,
                                     const schema::table_definition& original,
                                     const migration_tables& tables,
                                     const std::vector<schema::foreign_key>& keys)
    : session_(session),
      record_(record),
      original_(original),
      tables_(tables),
      keys_(keys),
      twin_(foreign_key_twin(tables)) {
    for (const schema::foreign_key& key : keys_)
        if (std::ranges::count(parents_, key.parent) == 0) parents_.push_back(key.parent);
    if (parents_.size() > parent_twins_max)
        throw_refusals({{fmt::format("the table's foreign keys refer to more than {} tables",
                                     parent_twins_max),
                         "Say --discard-foreign-keys."}});
    own_ = numbered(session_, keys_, tables_);
    refuse_long_names(own_, tables_, twin_.name);
    {
        const unchecked_foreign_keys unchecked(session_);
        const auto like = made_like(session_, tables_);
        clear_for_a_moment(session_, twin_, like);
        for (std::size_t i = 0; i < parents_.size(); ++i)
            clear_for_a_moment(session_, parent_twin(tables_, i), like);
    }
    for (std::size_t i = 0; i < parents_.size(); ++i)
        parent_twins_.emplace_back(session_, record_, parent_twin(tables_, i), parents_[i],
                                   empty_table::purpose::for_a_moment);
    fault::point("foreign_keys.parents_made");
}

std::vector<kept_foreign_key> foreign_key_trial::to_twins(
    std::vector<kept_foreign_key> keys) const {
    for (kept_foreign_key& key : keys) {
        const auto at = std::ranges::find(parents_, key.wanted.parent);
        require(at != parents_.end(), "each parent has a twin");
        key.wanted.parent = parent_twin(tables_, static_cast<std::size_t>(at - parents_.begin()));
    }
    return keys;
}

std::set<std::string> foreign_key_trial::compared_by_number(const kept_foreign_key& key) const {
    std::set<std::string> found;
    const auto parent = schema::read_table(session_, key.wanted.parent);
    if (!parent) return found;
    for (std::size_t i = 0; i < key.source_columns.size(); ++i) {
        const schema::column* const from = original_.find_column(key.source_columns[i]);
        const schema::column* const to = parent->find_column(key.wanted.parent_columns[i]);
        if (from == nullptr || to == nullptr) continue;
        if (from->data_type != "enum" && from->data_type != "set") continue;
        if (from->column_type != to->column_type) found.insert(from->name);
    }
    return found;
}

std::vector<kept_foreign_key> foreign_key_trial::after(const sql::alter_statement& alter) {
    empty_table twin(session_, record_, twin_, original_.name, empty_table::purpose::for_a_moment);
    const auto& own = own_;
    ask_for_indexes_of_keys(session_, twin_, keys_);
    {
        const unchecked_foreign_keys unchecked(session_);
        try {
            session_.execute(make_foreign_keys_statement(twin_, to_twins(own)));
        } catch (const error& failure) {
            if (!failure.from_server() || failure.connection_lost()) throw;
            throw_refusals({{fmt::format("the server does not make the table's foreign keys again: "
                                         "{}",
                                         failure.what()),
                             std::string(what_else)}});
        }
    }
    sql::words_on_target names;
    for (const kept_foreign_key& key : own)
        names.foreign_keys.emplace(key.wanted.name, key.name_on(twin_.name));
    alter_target(session_, original_, twin_, tables_, alter, names);
    std::vector<kept_foreign_key> kept;
    for (schema::foreign_key& left : schema::read_foreign_keys(session_, twin_)) {
        const auto was = std::ranges::find_if(own, [&](const kept_foreign_key& key) {
            return sql::same_name(key.name_on(twin_.name), left.name);
        });
        require(was != own.end(), "an ALTER adds no foreign key");
        kept_foreign_key one = *was;
        one.wanted.columns = std::move(left.columns);
        one.compared_by_number = compared_by_number(one);
        kept.push_back(std::move(one));
    }
    twin.drop();
    if (const auto taken = key_name_taken(session_, tables_, keys_, kept)) throw_refusals({*taken});
    return kept;
}

foreign_keys_time foreign_key_trial::time_on(const schema::table_definition& target,
                                             const std::vector<kept_foreign_key>& keys) {
    foreign_keys_time took;
    if (keys.empty()) return took;
    empty_table twin(session_, record_, twin_, target.name, empty_table::purpose::for_a_moment);
    const auto definition = [&] {
        auto read = schema::read_table(session_, twin_);
        require(read.has_value(), "the twin is there");
        return schema::definition_beside_checks(*read);
    };
    const auto before = definition();
    const unchecked_foreign_keys unchecked(session_);
    const milliseconds making =
        time_of([&] { session_.execute(make_foreign_keys_statement(twin_, to_twins(keys))); });
    if (definition() != before)
        throw_refusals(
            {{"the new table has no index for one of its foreign keys, and the server "
              "would build it while the application waits",
              "Add an index over the foreign key's columns in the same ALTER."}});
    const milliseconds dropping = time_of([&] {
        session_.execute(drop_foreign_keys_statement(twin_, names_when_made(twin_, keys)));
    });
    took.before_rename = making;
    took.after_rename = dropping;
    if (!name_foreign_keys_statement(tables_.original, keys).empty())
        took.after_rename += making + dropping;
    twin.drop();
    return took;
}

}  // namespace segue::preflight
