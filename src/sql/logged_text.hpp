#pragma once

#include "src/sql/sql_tokenizer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace segue::sql {

/// Which bytes of a text mean what.
enum class text_encoding {
    utf8,
    ascii_based,  ///< Bytes below 0x80 are ASCII, also within other characters.
    other         ///< A byte below 0x80 may be a part of another character, or be no ASCII at all.
};

/// A statement as it stands in the binary log, and what is known of the session that ran it.
/// Lifetime: points into the event.
struct logged_text {
    std::string_view text;
    std::string_view default_schema;
    std::optional<std::uint64_t> sql_mode;          ///< As the server numbers its bits.
    std::optional<std::uint16_t> client_collation;  ///< character_set_client, by a collation's id.
};

/// What the session's sql_mode makes of quotes and backslashes; nullopt: it is not known.
/// https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html
std::optional<tokenizer_options> quoting_of(const logged_text& logged);

/// In which way the statement's bytes can be read: as UTF-8 only if the text is. Where the client's
/// character set is not known: `ascii_based` for text of ASCII alone, `utf8` if it may be that,
/// else `other`. https://dev.mysql.com/doc/refman/8.4/en/charset-charsets.html
text_encoding encoding_of(const logged_text& logged);

}  // namespace segue::sql
