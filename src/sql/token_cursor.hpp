#pragma once

#include "src/sql/sql_tokenizer.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

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

}  // namespace segue::sql
