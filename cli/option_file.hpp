#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

/// The value of an environment variable; empty if it is not set.
using environment = std::function<std::optional<std::string>(const std::string&)>;

/// One `key = value` of an option file.
struct option_file_entry {
    std::string section;  ///< Without brackets; empty before the first section.
    std::string key;
    std::string value;  ///< Empty for a key without one.
    std::size_t line = 0;
};

/// Reads the text of an option file, in the manner of gh-ost's --conf and MySQL's my.cnf: sections
/// in brackets, lines that begin with # or ; are comments. A value reaches to the end of its line,
/// # and ; included; one pair of quotes around the whole is taken off; backslashes mean nothing. A
/// value that is ${NAME} is taken from the environment. Throws error, naming the line, for a
/// section that is not closed, an !include, or a variable that is not set; never shows a value.
std::vector<option_file_entry> parse_option_file(std::string_view text,
                                                 const environment& variables);

}  // namespace segue::cli
