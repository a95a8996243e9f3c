#include "src/sql/column_definition.hpp"

#include "src/sql/token_cursor.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace segue::sql {
namespace {

// https://dev.mysql.com/doc/refman/8.4/en/create-table.html, column_definition. The type's first
// word and the arguments of the attributes below it are not here.
constexpr std::array<std::string_view, 46> known_words{
    // the rest of a type
    "UNSIGNED", "SIGNED", "ZEROFILL", "VARYING", "PRECISION", "BINARY", "ASCII", "UNICODE", "BYTE",
    "CHAR", "CHARACTER", "VARCHAR", "VARCHARACTER", "VARBINARY",
    // attributes
    "NOT", "NULL", "DEFAULT", "ON", "UPDATE", "UNIQUE", "VISIBLE", "INVISIBLE", "COMMENT",
    "GENERATED", "ALWAYS", "AS", "VIRTUAL", "STORED", "CHECK", "ENFORCED", "ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE_ATTRIBUTE", "SECONDARY", "FIRST",
    // values
    "TRUE", "FALSE", "CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP", "DATE", "TIME",
    "TIMESTAMP", "FIXED", "DYNAMIC", "VALUE"};

bool known(const sql_token& token) {
    if (token.kind == token_kind::quoted_identifier) return false;
    if (token.kind != token_kind::word) return true;
    // A character set introducer that stands apart from its string.
    if (token.text.starts_with('_')) return true;
    return std::ranges::any_of(known_words, [&](auto word) { return token.is_word(word); });
}

// Over an attribute whose argument is a name of anything.
bool accept_named(token_cursor& at, column_definition& found) {
    if (at.accept_words("CHARACTER", "SET") || at.accept_words("CHAR", "SET") ||
        at.accept_word("CHARSET") || at.accept_word("COLLATE") || at.accept_word("AFTER") ||
        at.accept_word("COLUMN_FORMAT") || at.accept_word("STORAGE") || at.accept_word("SRID")) {
        if (!at.done()) at.skip_group();
        return true;
    }
    if (at.accept_word("CONSTRAINT")) {
        if (at.at_word("CHECK") || !at.at_identifier()) return true;
        found.constraint_names.push_back(at.current());
        at.skip_group();
        return true;
    }
    return false;
}

}  // namespace

column_definition read_column_definition(std::span<const sql_token> tokens) {
    column_definition found;
    token_cursor at(tokens);
    if (at.accept_word("SERIAL"))
        found.auto_increment = true;
    else if (!at.done())
        at.skip_group();
    while (!at.done()) {
        if (accept_named(at, found)) continue;
        if (at.accept_word("AUTO_INCREMENT") || at.accept_word("SERIAL")) {
            found.auto_increment = true;
        } else if (at.accept_words("UNIQUE", "KEY")) {
            continue;
        } else if (at.accept_words("PRIMARY", "KEY") || at.accept_word("KEY")) {
            found.primary_key = true;
        } else if (at.at_word("REFERENCES")) {
            // What follows belongs to the foreign key.
            found.references = true;
            break;
        } else {
            if (!known(at.current()) && !found.unknown_word)
                found.unknown_word = std::string(at.current().text);
            at.skip_group();
        }
    }
    return found;
}

}  // namespace segue::sql
