#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::expressions {

/// A column, and what it is made from.
struct assignment {
    std::string column;      ///< Without quotes, as written.
    std::string expression;  ///< As written, without comments at its ends.

    /// "`column` = expression", as messages and the state of a run have it.
    std::string text() const;
    bool operator==(const assignment&) const = default;
};

/// Reads "column = expression". The column stands alone, in backticks or not; the expression is
/// one: its brackets are closed, no comma stands outside of them, and no semicolon anywhere.
/// Whether it means something, the server says (expression_judge.hpp). Throws segue::error with a
/// remedy. Pure.
assignment parse_assignment(std::string_view text);

/// The texts of all, one a line, in an order of their own, so that two lists of the same
/// assignments are equal. Empty where there is none. Pure.
std::string text_of(std::span<const assignment> all);

}  // namespace segue::expressions
