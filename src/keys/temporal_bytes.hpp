#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace segue::keys {

/// DATE, DATETIME, TIME and TIMESTAMP between text and bytes in the order of their values: those of
/// a row image (DATE: its three bytes, the most significant first). `digits`: of a second, 0 to 6.
/// Pure. All functions throw segue::error for what is no such value, and for dates without a day or
/// a month ('0000-00-00'), by which rows are not named.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/my__time_8h.html

constexpr std::size_t date_bytes = 3;
/// The three bytes of a DATE such as "2024-02-29".
std::string date_from_text(std::string_view text);
/// The text of a DATE's bytes.
std::string date_to_text(std::string_view bytes);

/// How many bytes a DATETIME has.
std::size_t datetime_bytes(unsigned digits);
/// The bytes of a DATETIME such as "2024-02-29 23:59:59.5".
std::string datetime_from_text(std::string_view text, unsigned digits);
/// The text of a DATETIME's bytes.
std::string datetime_to_text(std::string_view bytes, unsigned digits);

/// How many bytes a TIME has.
std::size_t time_bytes(unsigned digits);
/// The bytes of a TIME such as "-838:59:59.000000".
std::string time_from_text(std::string_view text, unsigned digits);
/// The text of a TIME's bytes.
std::string time_to_text(std::string_view bytes, unsigned digits);

/// How many bytes a TIMESTAMP has.
std::size_t timestamp_bytes(unsigned digits);
/// The bytes of a TIMESTAMP, from seconds and digits of one, as UNIX_TIMESTAMP() prints them.
std::string timestamp_from_text(std::string_view text, unsigned digits);
/// A TIMESTAMP's bytes as FROM_UNIXTIME() takes them: seconds, and digits of one.
std::string timestamp_to_text(std::string_view bytes, unsigned digits);

}  // namespace segue::keys
