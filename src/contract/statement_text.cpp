#include "src/contract/statement_text.hpp"

#include "src/base/error.hpp"
#include "src/db/own_statement.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace segue::contract {
namespace {

using sql::sql_token;
using sql::token_kind;

constexpr std::string_view cut_off = "...";
// Of a name of 64 characters, the longest.
constexpr std::size_t name_bytes_max = 260;
// As LIMIT 1, 2 is printed, whole.
constexpr std::string_view list_of_values = "?, ...";

/// The tokens of a text, and what they say.
class reading {
  public:
    reading(std::span<const sql_token> tokens, std::string_view schema, const asked_about& about)
        : tokens_(tokens), schema_(schema), about_(about) {}

    // Tables that runs of Segue's make, and names within their statements.
    bool is_own() const { return has_own_name("_" + about_.table.name + "_"); }
    bool is_own_of_another_table() const { return has_own_name("_"); }
    bool names_table() const {
        for (std::size_t at = 0; at < tokens_.size(); ++at)
            if (is_table(at)) return true;
        return false;
    }
    // Settings, which read no table unless they have a subquery.
    bool sets_variables_alone() const {
        return is_first("SET") && std::ranges::none_of(tokens_, [](const sql_token& one) {
                   return one.is_word("SELECT") || one.is_word("TABLE");
               });
    }
    // Of the server's own tables alone, as whoever watches it asks.
    bool is_about_the_server() const {
        return std::ranges::any_of(tokens_, [](const sql_token& one) {
            return one.is_identifier() &&
                   (sql::same_name(sql::unquote(one), "performance_schema") ||
                    sql::same_name(sql::unquote(one), "information_schema"));
        });
    }
    bool names_column() const {
        for (std::size_t at = 0; at < tokens_.size(); ++at)
            if (is(at, about_.column) || is_keyword(at, about_.column_word)) return true;
        return false;
    }
    // SELECT *, t.*, TABLE t, HANDLER t, a join by all names that two tables share, and values by
    // their place.
    bool may_use_all_columns() const {
        if (is_first("HANDLER")) return true;
        for (std::size_t at = 0; at < tokens_.size(); ++at) {
            if (tokens_[at].is_word("NATURAL")) return true;
            if (tokens_[at].is_symbol('*') && stands_for_columns(at)) return true;
            if (!is_table(at)) continue;
            if (is_first("LOAD")) return !has_columns_behind(at);
            if (word_before(at, "TABLE") && !is_object_of_definition(at)) return true;
            if ((is_first("INSERT") || is_first("REPLACE")) && is_inserted_into(at) &&
                gives_no_columns(at + 1))
                return true;
        }
        return false;
    }

  private:
    bool has_own_name(const std::string& begins) const {
        constexpr std::array<std::string_view, 13> ends{"gho", "ghr", "ghe", "ghk", "ghc",
                                                        "del", "bkf", "exu", "exi", "xtu",
                                                        "xti", "spk", "spc"};
        for (const sql_token& one : tokens_) {
            if (one.kind != token_kind::quoted_identifier) continue;
            const std::string name = sql::unquote(one);
            if (name.starts_with("segue_")) return true;
            if (sql::fold_case(name).starts_with(sql::fold_case(begins)) &&
                std::ranges::any_of(ends, [&](auto end) { return name.ends_with(end); }))
                return true;
        }
        return false;
    }
    // A name that is a keyword as well stands without quotes, as `name` does: it was written so.
    bool is(std::size_t at, std::string_view name) const {
        const sql_token& one = tokens_[at];
        if (one.kind == token_kind::string && one.text.starts_with('"'))
            return sql::same_name(sql::unquote(one), name);
        if (!one.is_identifier() || !sql::same_name(sql::unquote(one), name)) return false;
        const bool is_call = at + 1 < tokens_.size() && tokens_[at + 1].is_symbol('(') &&
                             one.kind == token_kind::word;
        return !is_call || word_before(at, "INTO");
    }
    bool is_keyword(std::size_t at, std::string_view word) const {
        return !word.empty() && tokens_[at].is_word(word);
    }
    bool is_table(std::size_t at) const {
        if (!is(at, about_.table.name) && !is_keyword(at, about_.table_word)) return false;
        if (at >= 2 && tokens_[at - 1].is_symbol('.')) return is(at - 2, about_.table.schema);
        return sql::same_name(schema_, about_.table.schema);
    }
    // ALTER TABLE t and the like; not CREATE TABLE other TABLE t.
    bool is_object_of_definition(std::size_t at) const {
        const std::size_t before = at >= 2 && tokens_[at - 1].is_symbol('.') ? at - 3 : at - 1;
        constexpr std::array<std::string_view, 13> words{
            "ALTER",    "DROP",   "TRUNCATE", "RENAME", "ANALYZE",   "CHECK", "CHECKSUM",
            "OPTIMIZE", "REPAIR", "CREATE",   "SHOW",   "TEMPORARY", "IMPORT"};
        return before >= 1 && std::ranges::any_of(words, [&](std::string_view word) {
                   return tokens_[before - 1].is_word(word);
               });
    }
    // Of LOAD DATA and LOAD XML; PARTITION has brackets as well.
    bool has_columns_behind(std::size_t at) const {
        for (std::size_t i = at + 1; i < tokens_.size(); ++i)
            if (tokens_[i].is_symbol('(') && !tokens_[i - 1].is_word("PARTITION")) return true;
        return false;
    }
    // Its first word; where a statement is prepared or run by its name, the one behind that.
    bool is_first(std::string_view word) const {
        std::size_t at = 0;
        while (at < tokens_.size() &&
               (tokens_[at].is_word("PREPARE") || tokens_[at].is_word("EXECUTE") ||
                tokens_[at].is_word("EXPLAIN")))
            ++at;
        return at < tokens_.size() && tokens_[at].is_word(word);
    }
    bool word_before(std::size_t at, std::string_view word) const {
        std::size_t before = at;
        if (before >= 2 && tokens_[before - 1].is_symbol('.')) before -= 2;
        return before >= 1 && tokens_[before - 1].is_word(word);
    }
    bool is_inserted_into(std::size_t at) const {
        constexpr std::array<std::string_view, 7> words{
            "INTO", "INSERT", "REPLACE", "IGNORE", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY"};
        return std::ranges::any_of(words, [&](auto word) { return word_before(at, word); });
    }
    // Not COUNT(*), and not a product.
    bool stands_for_columns(std::size_t at) const {
        return at >= 1 &&
               (tokens_[at - 1].is_symbol('.') || tokens_[at - 1].kind == token_kind::word);
    }
    bool gives_no_columns(std::size_t behind) const {
        if (behind >= tokens_.size()) return true;
        if (tokens_[behind].is_word("SET")) return false;
        if (!tokens_[behind].is_symbol('(')) return true;
        return behind + 1 < tokens_.size() &&
               (tokens_[behind + 1].is_word("SELECT") || tokens_[behind + 1].is_word("TABLE") ||
                tokens_[behind + 1].is_word("WITH") || tokens_[behind + 1].is_symbol(')') ||
                tokens_[behind + 1].is_symbol('('));
    }

    const std::span<const sql_token> tokens_;
    const std::string_view schema_;
    const asked_about& about_;
};

// At most so many are needed for the digest of the text, in which lists are shorter: two for each
// token, and for a name its length and itself. What cannot be read needs more than there is.
std::size_t digest_bytes(std::string_view text) {
    try {
        std::size_t sum = 0;
        const auto tokenized = sql::tokenize(text);
        for (const sql_token& one : tokenized.tokens)
            sum += one.is_identifier() ? 4 + one.text.size() : 2;
        return sum;
    } catch (const error&) {
        return std::numeric_limits<std::size_t>::max() / 2;
    }
}

verdict judge(std::string_view text, std::string_view schema, bool whole,
              const asked_about& about) {
    try {
        const auto tokenized = sql::tokenize(text);
        const reading read(tokenized.tokens, schema, about);
        if (read.is_own()) return verdict::other;
        const bool names_table = read.names_table();
        if (names_table && read.names_column()) return verdict::names;
        // What was cut off may name the table, whichever schema the session uses.
        if (!whole)
            return read.is_about_the_server() || read.is_own_of_another_table() ||
                           read.sets_variables_alone()
                       ? verdict::other
                       : verdict::unknown;
        return names_table && read.may_use_all_columns() ? verdict::unknown : verdict::other;
    } catch (const error&) {
        return verdict::unknown;
    }
}

}  // namespace

verdict judge_digest(const seen_digest& of, const asked_about& about) {
    std::string_view text = of.text;
    if (text.find(db::own_hint_in_digest) != text.npos) return verdict::other;
    const bool says_so = text.ends_with(cut_off) && !text.ends_with(list_of_values);
    while (text.ends_with('.')) text.remove_suffix(1);
    const bool whole =
        !says_so && (digest_bytes(text) + name_bytes_max <= of.bytes_max ||
                     (!of.sample.empty() && digest_bytes(of.sample) <= of.bytes_max));
    return judge(text, of.schema, whole, about);
}

verdict judge_prepared(std::string_view text, std::string_view schema, bool whole,
                       const asked_about& about) {
    return judge(text, schema, whole, about);
}

}  // namespace segue::contract
