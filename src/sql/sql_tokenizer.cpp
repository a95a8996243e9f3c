#include "src/sql/sql_tokenizer.hpp"

#include "src/base/error.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace segue::sql {
namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_binary_digit(char c) {
    return c == '0' || c == '1';
}
bool is_word_byte(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

class tokenizer {
  public:
    tokenizer(std::string_view source, tokenizer_options options)
        : source_(source), options_(options) {}

    tokenized_sql run() {
        while (skip_to_code()) take_token();
        if (in_version_comment_)
            fail("a comment is not closed", result_.version_comments.back().offset);
        return std::move(result_);
    }

  private:
    // A byte behind the end reads as NUL, as it does in the server's lexer.
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }
    bool starts_with(std::string_view text) const { return source_.substr(at_).starts_with(text); }

    [[noreturn]] static void fail(std::string_view what, std::size_t offset) {
        throw error(fmt::format("SQL text: {}, from byte {} on", what, offset));
    }

    bool skip_to_code() {
        while (at_ < source_.size()) {
            if (is_space(source_[at_]))
                ++at_;
            else if (source_[at_] == '#' || starts_line_comment())
                skip_line();
            else if (starts_with("/*!"))
                open_version_comment();
            else if (starts_with("/*"))
                skip_comment();
            else if (in_version_comment_ && starts_with("*/"))
                close_version_comment();
            else
                return true;
        }
        return false;
    }

    bool starts_line_comment() const {
        return starts_with("--") && (is_space(peek(2)) || is_control(peek(2)));
    }

    void skip_line() {
        const auto end = source_.find('\n', at_);
        at_ = end == std::string_view::npos ? source_.size() : end + 1;
    }

    void skip_comment() {
        const auto end = source_.find("*/", at_ + 2);
        if (end == std::string_view::npos) fail("a comment is not closed", at_);
        at_ = end + 2;
    }

    // https://dev.mysql.com/doc/refman/8.4/en/comments.html: five or six digits are a version.
    void open_version_comment() {
        if (in_version_comment_) fail("a version comment stands inside another", at_);
        version_comment comment{.offset = at_};
        at_ += 3;
        std::size_t digits = 0;
        while (digits < 6 && is_digit(peek(digits))) ++digits;
        if (digits >= 5) {
            for (; digits > 0; --digits, ++at_)
                comment.version = comment.version * 10 + static_cast<unsigned>(peek() - '0');
        }
        result_.version_comments.push_back(comment);
        in_version_comment_ = true;
    }

    void close_version_comment() {
        at_ += 2;
        result_.version_comments.back().end = at_;
        in_version_comment_ = false;
    }

    void take_token() {
        const char c = peek();
        if (c == '`' || (c == '"' && options_.ansi_quotes))
            take(token_kind::quoted_identifier, length_to_quote(0, false));
        else if (c == '\'' || c == '"')
            take(token_kind::string, length_to_quote(0, !options_.no_backslash_escapes));
        else if (is_digit(c) && !follows_qualifier())
            take_number_or_word();
        else if (c == '.' && is_digit(peek(1)) && !follows_word())
            take_fraction(0);
        else if (is_word_byte(c))
            take_word();
        else
            take(token_kind::symbol, 1);
    }

    void take(token_kind kind, std::size_t length) {
        result_.tokens.push_back({kind, at_, source_.substr(at_, length)});
        at_ += length;
    }

    // The length of the token whose opening quote stands `from` bytes ahead.
    std::size_t length_to_quote(std::size_t from, bool escapes) const {
        const char quote = peek(from);
        for (std::size_t i = from + 1; at_ + i < source_.size(); ++i) {
            if (escapes && peek(i) == '\\')
                ++i;
            else if (peek(i) == quote) {
                if (peek(i + 1) != quote) return i + 1;
                ++i;
            }
        }
        fail(quote == '`' ? "a quoted identifier is not closed" : "a string is not closed", at_);
    }

    bool follows_word() const {
        return !result_.tokens.empty() && result_.tokens.back().kind == token_kind::word &&
               result_.tokens.back().end() == at_;
    }

    // `1e5` is an identifier in `t.1e5`.
    bool follows_qualifier() const {
        const auto& tokens = result_.tokens;
        return tokens.size() >= 2 && tokens.back().is_symbol('.') && tokens.back().end() == at_ &&
               tokens[tokens.size() - 2].kind == token_kind::word &&
               tokens[tokens.size() - 2].end() + 1 == at_;
    }

    template <typename Predicate>
    std::size_t run_length(std::size_t from, Predicate is_member) const {
        std::size_t i = from;
        while (at_ + i < source_.size() && is_member(source_[at_ + i])) ++i;
        return i - from;
    }

    void take_number_or_word() {
        if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'b')) {
            const auto digits =
                peek(1) == 'x' ? run_length(2, is_hex_digit) : run_length(2, is_binary_digit);
            if (digits > 0 && !is_word_byte(peek(2 + digits)))
                return take(token_kind::number, 2 + digits);
        }
        const auto digits = run_length(0, is_digit);
        if (peek(digits) == '.') return take_fraction(digits);
        if (const auto exponent = exponent_length(digits))
            return take(token_kind::number, digits + exponent);
        if (is_word_byte(peek(digits))) return take_word();
        take(token_kind::number, digits);
    }

    // `at_` .. `before` are digits, then comes the point.
    void take_fraction(std::size_t before) {
        auto length = before + 1;
        length += run_length(length, is_digit);
        take(token_kind::number, length + exponent_length(length));
    }

    std::size_t exponent_length(std::size_t from) const {
        if (peek(from) != 'e' && peek(from) != 'E') return 0;
        const std::size_t sign = peek(from + 1) == '+' || peek(from + 1) == '-' ? 1 : 0;
        const auto digits = run_length(from + 1 + sign, is_digit);
        return digits == 0 ? 0 : 1 + sign + digits;
    }

    void take_word() {
        const auto length = run_length(0, is_word_byte);
        const char quote = peek(length);
        const char first = peek();
        if (length == 1 && quote == '\'' && !follows_qualifier()) {
            if (first == 'n' || first == 'N') return take_prefixed(length);
            if (first == 'x' || first == 'X') return take_digits_string(is_hex_digit, 2);
            if (first == 'b' || first == 'B') return take_digits_string(is_binary_digit, 1);
        }
        if (first == '_' && length > 1 &&
            (quote == '\'' || (quote == '"' && !options_.ansi_quotes)))
            return take_prefixed(length);
        take(token_kind::word, length);
    }

    void take_prefixed(std::size_t prefix) {
        take(token_kind::string, length_to_quote(prefix, !options_.no_backslash_escapes));
    }

    template <typename Predicate>
    void take_digits_string(Predicate is_member, std::size_t multiple) {
        const auto digits = run_length(2, is_member);
        if (peek(2 + digits) != '\'' || digits % multiple != 0)
            fail("a hexadecimal or bit literal is malformed", at_);
        take(token_kind::string, digits + 3);
    }

    const std::string_view source_;
    const tokenizer_options options_;
    std::size_t at_ = 0;
    bool in_version_comment_ = false;
    tokenized_sql result_;
};

unsigned digit_value(char c) {
    if (is_digit(c)) return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

// Big-endian, `bits` per digit, filled up with zeros on the left.
std::string bytes_of_digits(std::string_view digits, unsigned bits) {
    const std::size_t per_byte = 8 / bits;
    std::string bytes((digits.size() + per_byte - 1) / per_byte, '\0');
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::size_t from_right = digits.size() - 1 - i;
        auto& byte = bytes[bytes.size() - 1 - from_right / per_byte];
        byte = static_cast<char>(static_cast<unsigned char>(byte) |
                                 (digit_value(digits[i]) << (bits * (from_right % per_byte))));
    }
    return bytes;
}

// https://dev.mysql.com/doc/refman/8.4/en/string-literals.html
std::string unescaped(char c) {
    switch (c) {
        case '0':
            return std::string(1, '\0');
        case 'b':
            return "\b";
        case 'n':
            return "\n";
        case 'r':
            return "\r";
        case 't':
            return "\t";
        case 'Z':
            return "\x1a";
        // These keep their backslash: it escapes them in patterns.
        case '%':
            return "\\%";
        case '_':
            return "\\_";
        default:
            return std::string(1, c);
    }
}

}  // namespace

bool sql_token::is_word(std::string_view word) const {
    return kind == token_kind::word && equal_ascii_case(text, word);
}

tokenized_sql tokenize(std::string_view source, tokenizer_options options) {
    return tokenizer(source, options).run();
}

bool reads_alike(std::string_view source, tokenizer_options one, tokenizer_options other) {
    const auto read = [source](tokenizer_options options) -> std::optional<tokenized_sql> {
        try {
            return tokenize(source, options);
        } catch (const error&) {
            return std::nullopt;
        }
    };
    const auto a = read(one);
    const auto b = read(other);
    if (!a || !b) return !a && !b;
    return std::ranges::equal(a->tokens, b->tokens, [&](const sql_token& x, const sql_token& y) {
        return x.kind == y.kind && x.text == y.text && unquote(x, one) == unquote(y, other);
    });
}

std::string unquote(const sql_token& token, tokenizer_options options) {
    if (token.kind != token_kind::string && token.kind != token_kind::quoted_identifier)
        return std::string(token.text);
    const auto open = token.text.find_first_of("'\"`");
    const char quote = token.text[open];
    const auto inside = token.text.substr(open + 1, token.text.size() - open - 2);
    const char prefix = open == 1 ? token.text[0] : '\0';
    if (prefix == 'x' || prefix == 'X') return bytes_of_digits(inside, 4);
    if (prefix == 'b' || prefix == 'B') return bytes_of_digits(inside, 1);

    const bool escapes = token.kind == token_kind::string && !options.no_backslash_escapes;
    std::string value;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (escapes && inside[i] == '\\' && i + 1 < inside.size()) {
            value += unescaped(inside[++i]);
        } else {
            value += inside[i];
            if (inside[i] == quote) ++i;  // its double
        }
    }
    return value;
}

}  // namespace segue::sql
