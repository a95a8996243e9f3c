#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace segue {

/// How many bytes the UTF-8 character at `i` has; 0 if there is none.
std::size_t utf8_length(std::string_view text, std::size_t i);

/// How many characters a text in UTF-8 has; of another text, bytes that continue none.
std::size_t characters_in(std::string_view utf8);

/// Appends the character in UTF-8. Precondition: the code point is 0x10FFFF at most.
/// https://datatracker.ietf.org/doc/html/rfc3629
void append_utf8(std::string& out, std::uint32_t code_point);

/// Whether all of the text is UTF-8.
bool is_utf8(std::string_view text);
/// Whether all bytes of the text are below 0x80.
bool is_ascii(std::string_view text);

/// Text of a foreign hand as a terminal may be given it: each control character but a tab and the
/// end of a line, and each byte that is no UTF-8, is a question mark.
std::string printable(std::string_view text);

}  // namespace segue
