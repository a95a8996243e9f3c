#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace segue::keys {

/// DECIMAL(digits, scale) as row images hold it, which is the order of the numbers byte by byte:
/// nine digits in four bytes, fewer at the outer ends, all inverted where negative, and the first
/// bit turned over. Pure. Functions throw segue::error for what is no such value.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/decimal_8h.html
struct decimal_form {
    unsigned digits = 10;
    unsigned scale = 0;

    /// How many bytes a value has in a row image.
    std::size_t bytes() const;
    /// The bytes of a value that the server printed: "-12.50", with zeros before it where the
    /// column has ZEROFILL.
    std::string from_text(std::string_view text) const;
    /// A value's bytes as text, with all digits behind the point, and none before it that is not
    /// needed.
    std::string to_text(std::string_view image) const;
};

}  // namespace segue::keys
