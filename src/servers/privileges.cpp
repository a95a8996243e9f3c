#include "src/servers/privileges.hpp"

#include "src/sql/sql_tokenizer.hpp"

#include <array>
#include <optional>
#include <vector>

namespace segue::servers {
namespace {

// https://dev.mysql.com/doc/refman/8.4/en/privileges-provided.html
constexpr std::string_view all = "ALL PRIVILEGES";
constexpr std::array all_of_a_schema = {
    "ALTER",       "ALTER ROUTINE", "CREATE",      "CREATE ROUTINE", "CREATE TEMPORARY TABLES",
    "CREATE VIEW", "DELETE",        "DROP",        "EVENT",          "EXECUTE",
    "INDEX",       "INSERT",        "LOCK TABLES", "REFERENCES",     "SELECT",
    "SHOW VIEW",   "TRIGGER",       "UPDATE"};

struct grant_line {
    bool revokes = false;
    std::vector<std::string> privileges;
    std::string schema;  ///< "*", or a pattern.
    bool whole_schema = false;
};

std::string in_capitals(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

// GRANT p [, p (columns)] ... ON [TABLE] schema.object TO ...
// Grants of roles (no ON) and proxies give no line.
std::optional<grant_line> read_line(std::string_view text) {
    const auto tokens = sql::tokenize(text).tokens;
    const auto word = [&](std::size_t i) {
        return i < tokens.size() ? in_capitals(std::string(tokens[i].text)) : std::string();
    };
    grant_line line;
    if (word(0) == "REVOKE") {
        line.revokes = true;
    } else if (word(0) != "GRANT") {
        return std::nullopt;
    }
    std::size_t at = 1;
    std::string privilege;
    bool of_columns = false;
    const auto finish = [&] {
        if (!privilege.empty() && !of_columns) line.privileges.push_back(privilege);
        privilege.clear();
        of_columns = false;
    };
    int depth = 0;
    for (; at < tokens.size(); ++at) {
        const std::string next = word(at);
        if (next == "(") {
            ++depth;
            of_columns = true;
        } else if (next == ")") {
            --depth;
        } else if (depth == 0 && next == ",") {
            finish();
        } else if (depth == 0 && next == "ON") {
            break;
        } else if (depth == 0) {
            privilege += (privilege.empty() ? "" : " ") + next;
        }
    }
    finish();
    if (at + 3 >= tokens.size()) return std::nullopt;
    ++at;  // ON
    if (word(at + 1) != ".") return std::nullopt;
    line.schema = tokens[at].is_symbol('*') ? "*" : sql::unquote(tokens[at]);
    line.whole_schema = word(at + 2) == "*";
    return line;
}

}  // namespace

bool grant_pattern_matches(std::string_view pattern, std::string_view schema) {
    if (pattern.empty()) return schema.empty();
    if (pattern.front() == '%') {
        for (std::size_t skip = 0; skip <= schema.size(); ++skip)
            if (grant_pattern_matches(pattern.substr(1), schema.substr(skip))) return true;
        return false;
    }
    if (schema.empty()) return false;
    if (pattern.front() == '_') return grant_pattern_matches(pattern.substr(1), schema.substr(1));
    if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    return pattern.front() == schema.front() &&
           grant_pattern_matches(pattern.substr(1), schema.substr(1));
}

std::set<std::string> privileges_on(std::string_view schema, std::span<const std::string> grants,
                                    schema_names names) {
    const auto concerns = [&](const std::string& written) {
        if (written == "*") return true;
        return names == schema_names::literal ? written == schema
                                              : grant_pattern_matches(written, schema);
    };
    std::set<std::string> held;
    std::set<std::string> revoked;
    for (const std::string& text : grants) {
        const auto line = read_line(text);
        if (!line || !line->whole_schema) continue;
        if (!concerns(line->schema)) continue;
        std::set<std::string>& into = line->revokes ? revoked : held;
        for (const std::string& privilege : line->privileges) {
            if (privilege == all && line->schema != "*") {
                into.insert(all_of_a_schema.begin(), all_of_a_schema.end());
            } else {
                into.insert(privilege);
            }
        }
    }
    for (const std::string& privilege : revoked) held.erase(privilege);
    return held;
}

}  // namespace segue::servers
