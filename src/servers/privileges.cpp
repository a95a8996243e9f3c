#include "src/servers/privileges.hpp"

#include "src/base/table_name.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

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

bool matches(const std::string& name, const std::string& schema, grant_rules rules) {
    return rules.names_are_literal ? name == schema : grant_pattern_matches(name, schema);
}

// As the server sorts the names of the entries: those without a wildcard first, then by where the
// first wildcard stands, at last % alone. Others than these it leaves in the order in which it came
// to know them, which a restart changes.
unsigned weight(std::string_view name) {
    constexpr unsigned no_wildcard = 128;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name[at] == '\\' && at + 1 < name.size()) {
            ++at;
        } else if (name[at] == '%' || name[at] == '_') {
            if (name == "%") return 1;
            return static_cast<unsigned>(std::min<std::size_t>(at + 2, no_wildcard - 1));
        }
    }
    return no_wildcard;
}

// `matching` is in the order of the bytes. Under active roles the server takes the name that has
// none of the wildcards, not even an escaped one; else the first in this order. Both rules were
// looked up by trial on 8.0.45 and 9.7.4; an 8.0 of before may add the entries up instead, where
// this asks for more than it does.
void keep_those_that_count(std::vector<schema_entry>& matching, grant_rules rules) {
    if (matching.size() < 2) return;
    std::vector<schema_entry> counting;
    if (rules.has_roles) {
        const auto plain = std::ranges::find_if(matching, [](const schema_entry& entry) {
            return entry.name.find_first_of("%_") == std::string::npos;
        });
        counting.push_back(plain == matching.end() ? matching.front() : *plain);
    } else {
        unsigned most = 0;
        for (const schema_entry& entry : matching) most = std::max(most, weight(entry.name));
        for (const schema_entry& entry : matching)
            if (weight(entry.name) == most) counting.push_back(entry);
    }
    matching = std::move(counting);
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

std::string name_in_grant(std::string_view schema, grant_rules rules) {
    std::string name;
    for (const char c : schema) {
        if (!rules.names_are_literal && (c == '_' || c == '%' || c == '\\')) name += '\\';
        name += c;
    }
    return quoted_name(name);
}

account_privileges::account_privileges(std::string schema, std::span<const std::string> grants,
                                       grant_rules rules)
    : schema_(std::move(schema)), rules_(rules) {
    std::map<std::string, std::set<std::string>> matching;
    for (const std::string& text : grants) {
        const auto line = read_line(text);
        if (!line || !line->whole_schema) continue;
        if (line->schema == "*") {
            global_.insert(line->privileges.begin(), line->privileges.end());
        } else if (matches(line->schema, schema_, rules_)) {
            auto& into = line->revokes ? revoked_ : matching[line->schema];
            for (const std::string& privilege : line->privileges) {
                if (privilege == all)
                    into.insert(all_of_a_schema.begin(), all_of_a_schema.end());
                else
                    into.insert(privilege);
            }
        }
    }
    for (auto& [name, privileges] : matching) entries_.push_back({name, std::move(privileges)});
    keep_those_that_count(entries_, rules_);
}

bool account_privileges::holds(const schema_entry* entry, const std::string& privilege) const {
    if (revoked_.contains(privilege)) return false;
    return global_.contains(std::string(all)) || global_.contains(privilege) ||
           (entry != nullptr && entry->privileges.contains(privilege));
}

bool account_privileges::holds(const std::string& privilege) const {
    if (entries_.empty()) return holds(nullptr, privilege);
    return std::ranges::all_of(entries_,
                               [&](const schema_entry& entry) { return holds(&entry, privilege); });
}

std::string account_privileges::missing(std::span<const char* const> needed) const {
    std::string list;
    for (const char* const privilege : needed)
        if (!holds(privilege)) list += (list.empty() ? "" : ", ") + std::string(privilege);
    return list;
}

std::string account_privileges::grants_of_missing(std::span<const char* const> needed,
                                                  const std::string& account) const {
    std::string text;
    const auto add = [&](const schema_entry* entry, const std::string& name) {
        std::string lacking;
        for (const char* const privilege : needed)
            if (!holds(entry, privilege))
                lacking += (lacking.empty() ? "" : ", ") + std::string(privilege);
        if (!lacking.empty())
            text += fmt::format("{}GRANT {} ON {}.* TO {};", text.empty() ? "" : "\n", lacking,
                                name, account);
    };
    for (const schema_entry& entry : entries_) add(&entry, quoted_name(entry.name));
    if (entries_.empty()) add(nullptr, name_in_grant(schema_, rules_));
    return text;
}

}  // namespace segue::servers
