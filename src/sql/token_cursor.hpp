#pragma once

#include "src/base/error.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace segue::sql {

/// A place in a run of tokens. Lifetime: the tokens outlive it.
class token_cursor {
  public:
    explicit token_cursor(std::span<const sql_token> tokens) : tokens_(tokens) {}

    bool done() const { return at_ == tokens_.size(); }
    /// The token at this place. Precondition: not done.
    const sql_token& current() const { return tokens_[at_]; }
    std::span<const sql_token> rest() const { return tokens_.subspan(at_); }

    bool at_word(std::string_view word, std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].is_word(word);
    }
    bool at_symbol(char symbol, std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].is_symbol(symbol);
    }
    bool at_identifier(std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].is_identifier();
    }

    /// Each of these moves on and answers true, or stays and answers false.
    bool accept_word(std::string_view word) { return at_word(word) && advance(); }
    bool accept_words(std::string_view first, std::string_view second) {
        return at_word(first) && at_word(second, 1) && advance() && advance();
    }
    bool accept_symbol(char symbol) { return at_symbol(symbol) && advance(); }
    std::optional<std::string> accept_identifier() {
        if (!at_identifier()) return std::nullopt;
        auto name = unquote(current());
        ++at_;
        return name;
    }
    /// Moves behind a group in parentheses, inner ones included, or else behind one token.
    /// Precondition: not done.
    void skip_group() {
        std::size_t depth = 0;
        do {
            if (at_symbol('(')) ++depth;
            if (at_symbol(')') && depth > 0) --depth;
            ++at_;
        } while (depth > 0 && !done());
    }

  private:
    bool advance() {
        ++at_;
        return true;
    }

    std::span<const sql_token> tokens_;
    std::size_t at_ = 0;
};

/// The clauses of an ALTER: runs of tokens between commas outside parentheses. Throws error for
/// parentheses that do not match. Lifetime: of the tokens.
inline std::vector<std::span<const sql_token>> split_at_commas(std::span<const sql_token> tokens) {
    std::vector<std::span<const sql_token>> pieces;
    std::size_t depth = 0;
    std::size_t from = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].is_symbol('(')) ++depth;
        if (tokens[i].is_symbol(')')) {
            if (depth == 0)
                throw error(fmt::format("--alter: a closing parenthesis too many at byte {}",
                                        tokens[i].offset));
            --depth;
        }
        if (depth == 0 && tokens[i].is_symbol(',')) {
            pieces.push_back(tokens.subspan(from, i - from));
            from = i + 1;
        }
    }
    if (depth != 0) throw error("--alter: a parenthesis is not closed");
    pieces.push_back(tokens.subspan(from));
    return pieces;
}

}  // namespace segue::sql
