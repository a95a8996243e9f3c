#pragma once

#include <string>
#include <string_view>

namespace segue::sql {

/// Characters outside of quotes that look like SQL's own and are none: typographic quotes and
/// dashes, spaces that are none to MySQL, invisible characters, full-width signs. One sentence with
/// the first of them, its place and what to write; empty where there is none. MySQL takes them for
/// letters of a name, so this explains an ALTER that is refused. Pure, does not throw for text that
/// cannot be read.
std::string lookalike_hint(std::string_view text);

/// A hint as lookalike_hint()'s, of those characters alone that nobody sees in a name, nor writes
/// into one: spaces, and marks that have no width. (Some scripts do write joiners, U+200C and
/// U+200D, into words.) Empty for text that cannot be read.
std::string hidden_space_hint(std::string_view text);

}  // namespace segue::sql
