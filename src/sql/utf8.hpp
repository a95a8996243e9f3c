#pragma once

#include <cstddef>
#include <string_view>

namespace segue::sql {

/// How many bytes the UTF-8 character at `i` has; 0 if there is none.
std::size_t utf8_length(std::string_view text, std::size_t i);

/// Whether all of the text is UTF-8.
bool is_utf8(std::string_view text);
/// Whether all bytes of the text are below 0x80.
bool is_ascii(std::string_view text);

}  // namespace segue::sql
