#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace segue::control {

/// One line that somebody sent: `name`, `name=argument` or `name=?`.
struct command {
    std::string name;                     ///< Without blanks around it; may be empty.
    std::optional<std::string> argument;  ///< Unset where there is no '='.

    /// `name=?`: the value that is in force is asked for.
    bool asks() const { return argument == "?"; }
};

/// Never throws for what may stand in a line. Blanks around name and argument do not count; an
/// argument in quotes is taken out of them (unquoted()).
command parse_command(std::string_view line);

/// What a quoted text of the language Go stands for, as gh-ost's clients may send one: "..." with
/// backslash escapes, `...` as it is, or '.' of one character. Unset: it is no such text.
/// https://go.dev/ref/spec#String_literals
std::optional<std::string> unquoted(std::string_view text);

}  // namespace segue::control
