#include "binlog/statement_kind.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace segue::binlog {

namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           c == '$' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same_word(std::string_view word, std::string_view upper_case) {
    return std::equal(word.begin(), word.end(), upper_case.begin(), upper_case.end(),
                      [](char a, char b) { return upper(a) == b; });
}

/// The words of a statement, one after the other, without what stands between them.
class words {
  public:
    /// `run_all_comments`: take the text of a /*!NNNNN comment as part of the statement whatever
    /// its version is; else as a comment if servers exist that Segue supports and that skip it.
    words(std::string_view text, bool run_all_comments)
        : text_(text), run_all_comments_(run_all_comments) {}

    /// Empty where no word follows (the end, or another character).
    std::string_view next() {
        skip_gaps();
        const std::size_t start = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        return text_.substr(start, at_ - start);
    }

    bool at_end() {
        skip_gaps();
        while (at_ < text_.size() && text_[at_] == ';') {
            ++at_;
            skip_gaps();
        }
        return at_ == text_.size();
    }

    /// What follows, without white space around it.
    std::string_view rest() {
        skip_gaps();
        std::string_view rest = text_.substr(at_);
        while (!rest.empty() && (is_space(rest.back()) || rest.back() == ';'))
            rest.remove_suffix(1);
        return rest;
    }

    /// Whether a comment was met that only some servers execute.
    bool met_conditional() const { return met_conditional_; }

  private:
    /// Every server that Segue works with executes /*!NNNNN comments up to this version.
    static constexpr unsigned executed_everywhere = 80019;

    bool starts(std::string_view with) const { return text_.substr(at_).starts_with(with); }

    void skip_past(std::string_view end) {
        const std::size_t found = text_.find(end, at_);
        at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    }

    void skip_gaps() {
        while (at_ < text_.size()) {
            if (is_space(text_[at_])) {
                ++at_;
            } else if (text_[at_] == '#' || is_dash_comment()) {
                skip_past("\n");
            } else if (starts("/*!")) {
                enter_conditional();
            } else if (starts("/*")) {
                at_ += 2;
                skip_past("*/");
            } else if (conditional_open_ && starts("*/")) {
                conditional_open_ = false;
                at_ += 2;
            } else {
                return;
            }
        }
    }

    bool is_dash_comment() const {
        return starts("--") &&
               (at_ + 2 == text_.size() || static_cast<unsigned char>(text_[at_ + 2]) <= ' ');
    }

    void enter_conditional() {
        at_ += 3;
        std::size_t digits = 0;
        unsigned version = 0;
        while (digits < 6 && at_ + digits < text_.size() && is_digit(text_[at_ + digits]))
            version = version * 10 + static_cast<unsigned>(text_[at_ + digits++] - '0');
        if (digits < 5) {
            version = 0;  // no version: the digits are part of the statement
        } else {
            at_ += digits;
        }
        const bool conditional = version > executed_everywhere;
        met_conditional_ = met_conditional_ || conditional;
        if (conditional && !run_all_comments_)
            skip_past("*/");
        else
            conditional_open_ = true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool run_all_comments_;
    bool conditional_open_ = false;
    bool met_conditional_ = false;
};

/// Statements that change no rows but by defining or administering something.
bool begins_definition(std::string_view word, words& after) {
    constexpr std::array<std::string_view, 17> definitions = {
        "CREATE", "ALTER",   "DROP",      "RENAME", "TRUNCATE", "GRANT",
        "REVOKE", "ANALYZE", "OPTIMIZE",  "REPAIR", "CHECK",    "FLUSH",
        "IMPORT", "INSTALL", "UNINSTALL", "PURGE",  "RESET"};
    if (std::any_of(definitions.begin(), definitions.end(),
                    [word](std::string_view each) { return same_word(word, each); }))
        return true;
    if (!same_word(word, "SET")) return false;
    const std::string_view second = after.next();
    return same_word(second, "PASSWORD") || same_word(second, "RESOURCE") ||
           (same_word(second, "DEFAULT") && same_word(after.next(), "ROLE"));
}

classified_statement classify_xa(words& in) {
    const std::string_view what = in.next();
    std::string_view xid = in.rest();
    const auto is = [what](std::string_view word) { return same_word(what, word); };
    if (is("START") || is("BEGIN")) return {statement_kind::xa_start, xid};
    if (is("END")) return {statement_kind::xa_end, xid};
    if (is("PREPARE")) return {statement_kind::xa_prepare, xid};
    if (is("ROLLBACK")) return {statement_kind::xa_rollback, xid};
    if (!is("COMMIT")) return {};
    constexpr std::string_view one_phase = "ONE PHASE";
    if (xid.size() > one_phase.size() &&
        same_word(xid.substr(xid.size() - one_phase.size()), one_phase)) {
        xid.remove_suffix(one_phase.size());
        while (!xid.empty() && is_space(xid.back())) xid.remove_suffix(1);
        return {statement_kind::xa_commit_one_phase, xid};
    }
    return {statement_kind::xa_commit, xid};
}

/// Whether nothing follows but perhaps WORK. The server logs no other form.
bool ends_or_work(words& in) {
    return in.at_end() || (same_word(in.next(), "WORK") && in.at_end());
}

classified_statement classify_words(words& in) {
    const std::string_view first = in.next();
    const auto is = [first](std::string_view word) { return same_word(first, word); };
    if (is("BEGIN")) {
        if (ends_or_work(in)) return {statement_kind::begin, {}};
        return {};
    }
    if (is("START")) {
        if (same_word(in.next(), "TRANSACTION")) return {statement_kind::begin, {}};
        return {};
    }
    if (is("COMMIT")) {
        if (ends_or_work(in)) return {statement_kind::commit, {}};
        return {};
    }
    if (is("ROLLBACK")) {
        if (in.at_end()) return {statement_kind::rollback, {}};
        const std::string_view second = in.next();
        if (same_word(second, "TO")) return {statement_kind::savepoint, {}};
        if (!same_word(second, "WORK")) return {};
        if (in.at_end()) return {statement_kind::rollback, {}};
        if (same_word(in.next(), "TO")) return {statement_kind::savepoint, {}};
        return {};
    }
    if (is("SAVEPOINT")) return {statement_kind::savepoint, {}};
    if (is("RELEASE")) {
        if (same_word(in.next(), "SAVEPOINT")) return {statement_kind::savepoint, {}};
        return {};
    }
    if (is("XA")) return classify_xa(in);
    if (begins_definition(first, in)) return {statement_kind::definition, {}};
    return {};
}

}  // namespace

classified_statement classify(std::string_view text) {
    words all(text, true);
    const classified_statement with = classify_words(all);
    if (!all.met_conditional()) return with;
    words without_conditional(text, false);
    const classified_statement without = classify_words(without_conditional);
    // Which of the two the server executed cannot be told: only what both are is certain. A text
    // that is nothing but the comment is that comment or nothing.
    words probe(text, false);
    if (with.kind == without.kind || probe.at_end()) return with;
    return {};
}

}  // namespace segue::binlog
