#include "src/schema/ddl_text.hpp"

#include "src/base/error.hpp"
#include "src/schema/identifier_case.hpp"
#include "src/schema/sql_tokenizer.hpp"
#include "src/schema/token_cursor.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace segue::schema {
namespace {

std::optional<std::vector<sql_token>> read(std::string_view text, tokenizer_options options) {
    try {
        return tokenize(text, options).tokens;
    } catch (const error&) {
        return std::nullopt;
    }
}

/// user@host, 'user'@'host', CURRENT_USER or CURRENT_USER().
void skip_user(token_cursor& at) {
    if (!at.done()) at.skip_group();
    if (at.accept_symbol('@') && !at.done()) at.skip_group();
    if (at.at_symbol('(')) at.skip_group();
}

/// Over what may stand between CREATE or ALTER and the kind of object.
void skip_modifiers(token_cursor& at) {
    for (;;) {
        if (at.accept_words("OR", "REPLACE") || at.accept_words("SQL", "SECURITY") ||
            at.accept_word("DEFINER") || at.accept_word("ALGORITHM")) {
            if (at.accept_symbol('='))
                skip_user(at);
            else if (!at.accept_word("DEFINER"))
                at.accept_word("INVOKER");
        } else if (!at.accept_word("IGNORE") && !at.accept_word("UNIQUE") &&
                   !at.accept_word("FULLTEXT") && !at.accept_word("SPATIAL")) {
            return;
        }
    }
}

bool accept_table(token_cursor& at) {
    return at.accept_word("TABLE") || at.accept_word("TABLES");
}

ddl_verb verb_of(token_cursor at) {
    if (at.accept_word("TRUNCATE")) return ddl_verb::truncate_table;
    if (at.accept_word("RENAME"))
        return accept_table(at) ? ddl_verb::rename_table : ddl_verb::other;
    const bool alter = at.accept_word("ALTER");
    const bool create = !alter && at.accept_word("CREATE");
    if (!alter && !create && !at.accept_word("DROP")) return ddl_verb::other;
    skip_modifiers(at);
    if (at.accept_word("TEMPORARY")) return ddl_verb::temporary_table;
    if (at.accept_word("VIEW")) return ddl_verb::view;
    if (accept_table(at))
        return alter    ? ddl_verb::alter_table
               : create ? ddl_verb::create_table
                        : ddl_verb::drop_table;
    if (alter) return ddl_verb::other;
    if (at.accept_word("INDEX")) return create ? ddl_verb::create_index : ddl_verb::drop_index;
    if (at.accept_word("TRIGGER"))
        return create ? ddl_verb::create_trigger : ddl_verb::drop_trigger;
    if (!create && (at.accept_word("DATABASE") || at.accept_word("SCHEMA")))
        return ddl_verb::drop_database;
    return ddl_verb::other;
}

/// How many bytes the UTF-8 character at `i` has; 0 if there is none.
std::size_t character_length(std::string_view text, std::size_t i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xC2 ? 0
                               : byte < 0xE0 ? 2
                               : byte < 0xF0 ? 3
                               : byte < 0xF5 ? 4
                                             : 0;
    if (i + length > text.size()) return 0;
    for (std::size_t k = 1; k < length; ++k)
        if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return 0;
    return length;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto length = character_length(text, i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

/// Equal for all names that the server takes for one: its case folding beyond ASCII is not ours, so
/// those characters are all alike. Precondition: UTF-8.
std::string blurred(std::string_view name) {
    const auto folded = fold_case(name);
    std::string out;
    for (std::size_t i = 0; i < folded.size();) {
        const auto length = character_length(folded, i);
        out += length == 1 ? folded[i] : '\x80';
        i += length == 0 ? 1 : length;
    }
    return out;
}

class table_search {
  public:
    table_search(std::string_view default_schema, const table_name& table, bool case_insensitive)
        : case_insensitive_(case_insensitive),
          schema_(comparable(table.schema)),
          name_(comparable(table.name)),
          in_default_schema_(comparable(default_schema) == schema_) {}

    bool named_in(const std::vector<sql_token>& tokens, tokenizer_options options) const {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (may_name(tokens[i], options, name_) && schema_agrees(tokens, i, options))
                return true;
        return false;
    }

    bool schema_named_in(const std::vector<sql_token>& tokens, tokenizer_options options) const {
        for (const auto& token : tokens)
            if (may_name(token, options, schema_)) return true;
        return false;
    }

  private:
    std::string comparable(std::string_view name) const {
        return case_insensitive_ ? blurred(name) : std::string(name);
    }

    bool may_name(const sql_token& token, tokenizer_options options,
                  const std::string& name) const {
        return token.is_identifier() && comparable(unquote(token, options)) == name;
    }

    /// True also behind a point that has no identifier before it.
    bool schema_agrees(const std::vector<sql_token>& tokens, std::size_t i,
                       tokenizer_options options) const {
        if (i == 0 || !tokens[i - 1].is_symbol('.')) return in_default_schema_;
        if (i == 1 || !tokens[i - 2].is_identifier()) return true;
        return comparable(unquote(tokens[i - 2], options)) == schema_;
    }

    const bool case_insensitive_;
    const std::string schema_;
    const std::string name_;
    const bool in_default_schema_;
};

constexpr std::array<tokenizer_options, 4> readings{
    {{false, false}, {false, true}, {true, false}, {true, true}}};

}  // namespace

ddl_verb verb_of(std::string_view text) {
    for (const auto& reading : readings)
        if (const auto tokens = read(text, reading)) return verb_of(token_cursor(*tokens));
    return ddl_verb::other;
}

bool names_table(std::string_view text, std::string_view default_schema, const table_name& table,
                 bool case_insensitive) {
    if (!is_utf8(text)) return true;
    const table_search search(default_schema, table, case_insensitive);
    bool could_be_read = false;
    for (const auto& reading : readings) {
        const auto tokens = read(text, reading);
        if (!tokens) continue;
        could_be_read = true;
        const auto verb = verb_of(token_cursor(*tokens));
        if (verb == ddl_verb::temporary_table || verb == ddl_verb::view) continue;
        if (verb == ddl_verb::drop_database && search.schema_named_in(*tokens, reading))
            return true;
        if (search.named_in(*tokens, reading)) return true;
    }
    return !could_be_read;
}

}  // namespace segue::schema
