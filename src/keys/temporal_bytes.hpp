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
std::string date_from_text(std::string_view text);  ///< "2024-02-29"
std::string date_to_text(std::string_view bytes);

std::size_t datetime_bytes(unsigned digits);
std::string datetime_from_text(std::string_view text,
                               unsigned digits);  ///< "2024-02-29 23:59:59.5"
std::string datetime_to_text(std::string_view bytes, unsigned digits);

std::size_t time_bytes(unsigned digits);
std::string time_from_text(std::string_view text, unsigned digits);  ///< "-838:59:59.000000"
std::string time_to_text(std::string_view bytes, unsigned digits);

/// As UNIX_TIMESTAMP() prints it, and FROM_UNIXTIME() takes it: seconds, and digits of one.
std::size_t timestamp_bytes(unsigned digits);
std::string timestamp_from_text(std::string_view text, unsigned digits);
std::string timestamp_to_text(std::string_view bytes, unsigned digits);

}  // namespace segue::keys
