#pragma once

#include <string>
#include <string_view>

namespace segue {

/// The words with which the text of refused() begins.
inline constexpr std::string_view refused_migration = "this migration cannot be done as asked:";

/// A text of refused() with other words at its beginning, of what is no migration; another text as
/// it is.
inline std::string refused_as(std::string_view words, std::string text) {
    if (text.starts_with(refused_migration)) text.replace(0, refused_migration.size(), words);
    return text;
}

}  // namespace segue
