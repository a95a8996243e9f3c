#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace segue::sql {

/// The kinds of tokens. https://dev.mysql.com/doc/refman/8.4/en/language-structure.html
enum class token_kind {
    word,               ///< A keyword or an identifier without quotes, as written.
    quoted_identifier,  ///< `..`, and ".." under ANSI_QUOTES.
    string,             ///< '..', "..", N'..', _charset'..', x'..' and b'..', prefix included.
    number,             ///< Without a sign; 0x1F and 0b01 too.
    symbol              ///< One character of anything else.
};

/// One token. Lifetime: `text` points into the source.
struct sql_token {
    token_kind kind = token_kind::symbol;
    std::size_t offset = 0;  ///< Of the first byte of `text` in the source.
    std::string_view text;

    std::size_t end() const { return offset + text.size(); }
    /// A word that reads `word` in any case of its ASCII letters; never an identifier in quotes.
    bool is_word(std::string_view word) const;
    bool is_symbol(char symbol) const { return kind == token_kind::symbol && text[0] == symbol; }
    /// True for what can name a table or a column.
    bool is_identifier() const {
        return kind == token_kind::word || kind == token_kind::quoted_identifier;
    }
};

/// A comment that servers execute: /*! .. */, or from a version on, /*!80013 .. */
struct version_comment {
    std::size_t offset = 0;
    std::size_t end = 0;   ///< Behind the closing */
    unsigned version = 0;  ///< As in @@version written with two digits each; 0: every server.
};

/// The settings of sql_mode that change what the text means.
struct tokenizer_options {
    bool ansi_quotes = false;
    bool no_backslash_escapes = false;
};

struct tokenized_sql {
    std::vector<sql_token> tokens;
    std::vector<version_comment> version_comments;  ///< Their content is among `tokens`.
};

/// Splits SQL into tokens. Comments and optimizer hints are left out, but the content of version
/// comments is code and taken in, whatever version they ask for. `source` is UTF-8 and must outlive
/// the result. Throws error, naming the offset, for what does not end: a quote, a comment, or a
/// malformed x'..' or b'..'.
tokenized_sql tokenize(std::string_view source, tokenizer_options options = {});

/// Whether the text has the same tokens, of the same values, by both settings. False also where it
/// can be read by one of them only.
bool reads_alike(std::string_view source, tokenizer_options one, tokenizer_options other);

/// The value of a string, number, or identifier, without quotes, prefix and escapes; x'..' and
/// b'..' give their bytes.
std::string unquote(const sql_token& token, tokenizer_options options = {});

}  // namespace segue::sql
