#include "tests/support/oracle.hpp"

#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"

#include <algorithm>
#include <iterator>
#include <regex>
#include <sstream>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

namespace segue::test {
namespace {

constexpr std::size_t differences_told_max = 20;
constexpr std::size_t value_bytes_told_max = 120;

struct column {
    std::string name;
    std::string expression;  // prints the value exactly
    bool generated = false;
};

std::string schema_condition(const table_name& table) {
    return "table_schema=" + quoted_literal(table.schema) +
           " AND table_name=" + quoted_literal(table.name);
}

// FLOAT as text has six digits only; of an ENUM two members may print alike.
std::string exact_expression(const std::string& name, const std::string& data_type) {
    const auto in_quotes = segue::quoted_name(name);
    if (data_type == "float" || data_type == "double") return "CAST(" + in_quotes + " AS DOUBLE)";
    if (data_type == "enum" || data_type == "set")
        return "CAST(CONCAT(" + in_quotes + "+0, ':', " + in_quotes + ") AS BINARY)";
    return "CAST(" + in_quotes + " AS BINARY)";
}

std::vector<column> columns_of(application_session& session, const table_name& table) {
    std::vector<column> columns;
    for (const auto& read :
         session.query("SELECT column_name, data_type, generation_expression <> '' FROM "
                       "information_schema.columns WHERE " +
                       schema_condition(table) + " ORDER BY ordinal_position"))
        columns.push_back({.name = read[0].value(),
                           .expression = exact_expression(read[0].value(), read[1].value()),
                           .generated = read[2] == "1"});
    if (columns.empty()) throw error("there is no table " + table.quoted());
    return columns;
}

std::vector<std::string> primary_key_of(application_session& session, const table_name& table) {
    std::vector<std::string> names;
    for (const auto& read :
         session.query("SELECT column_name FROM information_schema.statistics WHERE " +
                       schema_condition(table) + " AND index_name='PRIMARY' ORDER BY seq_in_index"))
        names.push_back(read[0].value());
    return names;
}

std::string show_create(application_session& session, const table_name& table) {
    return session.query("SHOW CREATE TABLE " + table.quoted()).at(0).at(1).value();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

constexpr std::string_view constraint_start = "  CONSTRAINT `";

bool is_foreign_key(const std::string& line) {
    static const std::regex foreign_key(R"(^  CONSTRAINT `(?:[^`]|``)*` FOREIGN KEY )");
    return std::regex_search(line, foreign_key);
}

std::string with_each_replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

/// The statement that makes `old_table` again under the name `copy`. Constraints that the server
/// had named after the table are named after the copy.
/// Without its foreign keys.
std::string create_again(application_session& session, const table_name& old_table,
                         const table_name& copy) {
    auto lines = lines_of(show_create(session, old_table));
    std::erase_if(lines, is_foreign_key);
    const auto last =
        std::ranges::find_if(lines, [](const std::string& line) { return line.starts_with(')'); });
    if (last != lines.begin() && last != lines.end() && std::prev(last)->ends_with(','))
        std::prev(last)->pop_back();
    const std::string old_name = std::string(constraint_start) + old_table.name + "_chk_";
    std::string out = "CREATE TABLE " + copy.quoted() + " (";
    for (std::size_t i = 1; i < lines.size(); ++i) {
        out += "\n";
        if (lines[i].starts_with(old_name)) {
            out += std::string(constraint_start) + copy.name + "_chk_" +
                   lines[i].substr(old_name.size());
        } else {
            out += lines[i];
        }
    }
    return out;
}

struct definition {
    std::string text;
    std::optional<std::uint64_t> auto_increment;
};

/// SHOW CREATE TABLE without the table's name, the names of CHECK constraints and AUTO_INCREMENT.
definition definition_of(application_session& session, const table_name& table) {
    static const std::regex auto_increment(R"(^(\)[^']*?) AUTO_INCREMENT=(\d+))");
    static const std::regex check_name(R"(^  CONSTRAINT `(?:[^`]|``)*` CHECK)");
    definition found;
    std::vector<std::string> checks;
    auto lines = lines_of(show_create(session, table));
    for (std::size_t i = 1; i < lines.size(); ++i) {
        auto& line = lines[i];
        if (line.ends_with(',')) line.pop_back();
        std::smatch match;
        if (std::regex_search(line, match, check_name)) {
            checks.push_back("  CHECK" + match.suffix().str());
        } else if (std::regex_search(line, match, auto_increment)) {
            found.auto_increment = std::stoull(match[2].str());
            found.text += match[1].str() + match.suffix().str() + "\n";
        } else {
            found.text += line + "\n";
        }
    }
    std::sort(checks.begin(), checks.end());
    for (const auto& check : checks) found.text += check + "\n";
    return found;
}

void copy_rows(application_session& session, const table_name& from, const table_name& to) {
    std::string names;
    for (const auto& column : columns_of(session, from))
        if (!column.generated)
            names += (names.empty() ? "" : ",") + segue::quoted_name(column.name);
    session.execute(fmt::format("INSERT INTO {0} ({2}) SELECT {2} FROM {1}", to.quoted(),
                                from.quoted(), names));
}

std::string told(const value& printed) {
    if (!printed) return "NULL";
    const auto shown = std::string_view(*printed).substr(0, value_bytes_told_max);
    const bool plain = std::all_of(shown.begin(), shown.end(),
                                   [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
    std::string out = plain ? "'" + std::string(shown) + "'" : "0x";
    if (!plain)
        for (const unsigned char c : shown) out += fmt::format("{:02X}", c);
    if (shown.size() < printed->size()) out += fmt::format("... ({} bytes)", printed->size());
    return out;
}

/// Compares the rows of two SELECTs that name the same columns in the same order. Rows belong
/// together when their key columns have the same bytes; where the table has no primary key, the
/// whole row is the key.
class row_comparison {
  public:
    row_comparison(std::vector<std::string> names, std::vector<std::size_t> key,
                   oracle_answer& answer)
        : names_(std::move(names)), key_(std::move(key)), answer_(answer) {}

    void run(row_cursor expected, row_cursor found) {
        std::optional<row> left = expected.next();
        std::optional<row> right = found.next();
        while (left || right) {
            if (left) ++answer_.expected_rows;
            if (right) ++answer_.found_rows;
            if (left && right && key_of(*left) == key_of(*right)) {
                compare(*left, *right);
            } else {
                if (left) place(*left, expected_only_, found_only_, /*is_expected=*/true);
                if (right) place(*right, found_only_, expected_only_, /*is_expected=*/false);
            }
            left = left ? expected.next() : std::nullopt;
            right = right ? found.next() : std::nullopt;
        }
        for (const auto& [key, missing] : expected_only_) tell(missing, "is missing");
        for (const auto& [key, extra] : found_only_) tell(extra, "is extra");
    }

  private:
    using waiting = std::unordered_multimap<std::string, row>;

    std::string key_of(const row& read) const {
        std::string out;
        for (const auto at : key_) {
            const auto& part = read[at];
            out += part ? fmt::format("{}:{}", part->size(), *part) : "-";
        }
        return out;
    }

    void place(const row& read, waiting& own, waiting& other, bool is_expected) {
        const auto key = key_of(read);
        const auto partner = other.find(key);
        if (partner == other.end()) {
            own.emplace(key, read);
            return;
        }
        if (is_expected) {
            compare(read, partner->second);
        } else {
            compare(partner->second, read);
        }
        other.erase(partner);
    }

    void compare(const row& expected, const row& found) {
        if (expected == found) return;
        std::string what = "differs:";
        for (std::size_t i = 0; i < names_.size(); ++i)
            if (expected[i] != found[i])
                what += fmt::format(" {} is {}, must be {};", names_[i], told(found[i]),
                                    told(expected[i]));
        tell(expected, what);
    }

    void tell(const row& read, const std::string& what) {
        ++answer_.differing_rows;
        if (answer_.first_differences.size() >= differences_told_max) return;
        std::string key;
        for (const auto at : key_)
            key += (key.empty() ? "" : ",") + names_[at] + "=" + told(read[at]);
        answer_.first_differences.push_back(fmt::format("row {} {}", key, what));
    }

    const std::vector<std::string> names_;
    const std::vector<std::size_t> key_;
    oracle_answer& answer_;
    waiting expected_only_;
    waiting found_only_;
};

void compare_rows(const wire::connection_options& server, const table_name& expected,
                  const table_name& found, const std::vector<std::string>& not_compared,
                  oracle_answer& answer) {
    application_session left(server);
    application_session right(server);
    // Two moments of one TIMESTAMP may print alike in a zone with summer time.
    for (auto* session : {&left, &right}) session->execute("SET SESSION time_zone='+00:00'");

    const auto found_columns = columns_of(right, found);
    const auto primary_key = primary_key_of(left, expected);
    std::vector<std::string> names;
    std::string expressions;
    for (const auto& column : columns_of(left, expected)) {
        // What is missing altogether is told by the definitions.
        const bool in_both =
            std::any_of(found_columns.begin(), found_columns.end(),
                        [&](const auto& other) { return other.name == column.name; });
        const bool wanted =
            std::find(not_compared.begin(), not_compared.end(), column.name) == not_compared.end();
        if (!in_both || !wanted) continue;
        names.push_back(column.name);
        expressions += (expressions.empty() ? "" : ", ") + column.expression;
    }
    std::vector<std::size_t> key;
    std::string order;
    for (const auto& name : primary_key) {
        const auto at = std::find(names.begin(), names.end(), name);
        if (at == names.end()) continue;
        key.push_back(static_cast<std::size_t>(at - names.begin()));
        order += (order.empty() ? " ORDER BY " : ", ") + segue::quoted_name(name);
    }
    if (key.size() != primary_key.size() || key.empty()) {
        key.clear();
        order.clear();
        for (std::size_t i = 0; i < names.size(); ++i) key.push_back(i);
    }
    const auto select = [&](const table_name& from) {
        return "SELECT " + expressions + " FROM " + from.quoted() + order;
    };
    row_comparison(names, key, answer).run(left.read(select(expected)), right.read(select(found)));
}

/// The oracle's schema; dropped by the destructor.
class oracle_schema {
  public:
    oracle_schema(application_session& session, std::string name)
        : session_(session), name_(std::move(name)) {
        session_.execute("DROP DATABASE IF EXISTS " + segue::quoted_name(name_));
        session_.execute("CREATE DATABASE " + segue::quoted_name(name_));
    }
    oracle_schema(const oracle_schema&) = delete;
    oracle_schema& operator=(const oracle_schema&) = delete;
    ~oracle_schema() {
        try {
            session_.execute("DROP DATABASE " + segue::quoted_name(name_));
        } catch (const std::exception& failed) {
            fmt::print(stderr, "dropping {}: {}\n", name_, failed.what());
        }
    }

  private:
    application_session& session_;
    std::string name_;
};

std::string told(const std::optional<std::uint64_t>& number) {
    return number ? std::to_string(*number) : "none";
}

}  // namespace

bool oracle_answer::equal() const {
    return expected_definition == found_definition &&
           expected_auto_increment == found_auto_increment && expected_rows == found_rows &&
           differing_rows == 0;
}

std::string oracle_answer::text() const {
    std::string out = fmt::format("{} rows expected, {} found, {} differ", expected_rows,
                                  found_rows, differing_rows);
    if (expected_auto_increment != found_auto_increment)
        out += fmt::format("\nAUTO_INCREMENT is {}, must be {}", told(found_auto_increment),
                           told(expected_auto_increment));
    if (expected_definition != found_definition)
        out += "\nthe definition is\n" + found_definition + "and must be\n" + expected_definition;
    for (const auto& line : first_differences) out += "\n  " + line;
    return out;
}

std::vector<std::string> foreign_keys_in(const std::string& create_statement,
                                         const std::string& schema) {
    static const std::regex own_schema(R"(( REFERENCES )(`(?:[^`]|``)*` \())");
    std::vector<std::string> found;
    for (std::string line : lines_of(create_statement)) {
        if (!is_foreign_key(line)) continue;
        if (line.ends_with(',')) line.pop_back();
        found.push_back(std::regex_replace(line, own_schema, "$1" + quoted_name(schema) + ".$2"));
    }
    return found;
}

oracle_answer compare_with_native_alter(const wire::connection_options& server,
                                        const finished_migration& migration) {
    const table_name copy{migration.table.schema + "_oracle",
                          migration.name.empty() ? migration.table.name : migration.name};
    // Takes over every row as it is, zero dates and an id of 0 as well.
    application_session keeper(server);
    keeper.execute(
        // The server keeps a CHECK constraint's strings in their own character sets.
        "SET SESSION character_set_results=NULL, "
        "sql_log_bin=0, foreign_key_checks=0, time_zone='+00:00', "
        "sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'");
    const oracle_schema schema(keeper, copy.schema);
    keeper.execute(create_again(keeper, migration.old_table, copy));
    copy_rows(keeper, migration.old_table, copy);
    for (const std::string& key : migration.foreign_keys)
        keeper.execute("ALTER TABLE " + copy.quoted() + " ADD" + key);

    // As an operator would, but always by a copy of the table.
    application_session operator_session(server, copy.schema);
    operator_session.execute("SET NAMES utf8mb4");  // and its collation, as the server's client
    operator_session.execute("SET SESSION sql_log_bin=0, old_alter_table=ON");
    if (migration.sql_mode)
        operator_session.execute("SET SESSION sql_mode=" + quoted_literal(*migration.sql_mode));
    if (migration.time_zone)
        operator_session.execute("SET SESSION time_zone=" + quoted_literal(*migration.time_zone));
    operator_session.execute("ALTER TABLE " + copy.quoted() + " " + migration.alter);
    if (!migration.update.empty())
        operator_session.execute(
            with_each_replaced(with_each_replaced(migration.update, "{copy}", copy.quoted()),
                               "{old}", migration.old_table.quoted()));

    oracle_answer answer;
    const auto expected = definition_of(keeper, copy);
    const auto found = definition_of(keeper, migration.table);
    answer.expected_definition = with_each_replaced(
        expected.text, " REFERENCES " + quoted_name(migration.table.schema) + ".", " REFERENCES ");
    answer.found_definition = found.text;
    answer.expected_auto_increment = expected.auto_increment;
    answer.found_auto_increment = found.auto_increment;
    compare_rows(server, copy, migration.table, migration.columns_not_compared, answer);
    return answer;
}

}  // namespace segue::test
