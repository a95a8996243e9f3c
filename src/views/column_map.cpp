#include "src/views/column_map.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/sql/lookalike.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace segue::views {
namespace {

[[noreturn]] void refuse(std::string_view text) {
    const std::string hint = sql::lookalike_hint(text);
    throw error(fmt::format(
        "{} is not \"table.old_name=column\": the name that the view has stands left "
        "of the =, the table's column that it is made from right of it{}",
        text.empty() ? "an empty text" : text, hint.empty() ? "" : fmt::format(". {}", hint)));
}

std::vector<sql::sql_token> tokens_of(std::string_view text) {
    try {
        auto [tokens, version_comments] = sql::tokenize(text);
        if (!version_comments.empty()) refuse(text);
        return tokens;
    } catch (const error&) {
        refuse(text);
    }
}

}  // namespace

std::string column_map::text() const {
    return fmt::format("{}{}={}", table ? quoted_name(*table) + "." : "", quoted_name(name),
                       quoted_name(made_from));
}

column_map parse_column_map(std::string_view text) {
    const auto tokens = tokens_of(text);
    const bool names_table = tokens.size() == 5 && tokens[1].is_symbol('.');
    const std::size_t name = names_table ? 2 : 0;
    if (tokens.size() != name + 3 || !tokens[name + 1].is_symbol('=')) refuse(text);
    if (!sql::hidden_space_hint(text).empty()) refuse(text);
    for (const std::size_t at : {std::size_t{0}, name, name + 2})
        if (!tokens[at].is_identifier()) refuse(text);
    column_map made{.table = std::nullopt,
                    .name = sql::unquote(tokens[name]),
                    .made_from = sql::unquote(tokens[name + 2])};
    if (names_table) made.table = sql::unquote(tokens[0]);
    return made;
}

}  // namespace segue::views
