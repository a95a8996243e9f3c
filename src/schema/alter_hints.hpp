#pragma once

#include "src/schema/sql_tokenizer.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace segue::schema {

/// What to write in place of CREATE INDEX or DROP INDEX ... ON, which are statements of their own;
/// nullopt for anything else. `options` are the tokens of `text` behind ALTER TABLE t. Pure.
std::optional<std::string> index_statement_hint(std::string_view text,
                                                std::span<const sql_token> options);

/// Characters outside of quotes that look like SQL's own and are none: typographic quotes and
/// dashes, no-break and invisible spaces, full-width signs. One sentence with the first of them,
/// its place and what to write; empty where there is none. MySQL takes them for letters of a name,
/// so this explains an ALTER that is refused, and is no reason to refuse one. Pure, does not throw
/// for text that cannot be read.
std::string lookalike_hint(std::string_view text);

}  // namespace segue::schema
