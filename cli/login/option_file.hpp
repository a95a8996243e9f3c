#pragma once

#include "cli/login/surroundings.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace segue::cli {

/// One line of an option file that is neither a section nor a comment. Never show what it holds: in
/// a file of passwords any part of any line may be one.
struct option_file_entry {
    std::string section;  ///< Without brackets; empty before the first section.
    std::string key;
    std::string value;
    bool has_value = false;  ///< There is a `=`, whatever is behind it.
    std::string place;       ///< "FILE, line N", for messages.
};

/// How a value is written.
enum class value_rules {
    /// It reaches to the end of its line, # and ; included; one pair of quotes around the whole is
    /// taken off; backslashes mean nothing; ${NAME} is taken from the environment.
    whole_line,
    /// As in MySQL's own files: # begins a comment unless it stands in quotes; one pair of quotes
    /// around the whole is taken off; \b \t \n \r \s \\ \" and \' stand for a character.
    mysql
};

/// Reads an option file in the manner of gh-ost's --conf and MySQL's my.cnf: sections in brackets,
/// lines that begin with # or ; are comments; values by `rules`. `!include FILE` and `!includedir
/// FOLDER` (its files named *.cnf, by name) are followed, ten levels deep at most; each file begins
/// outside of any section, and the one that included it goes on in its own. What cannot be included
/// is passed over with a notice of why, which is put behind `notices` also where it throws. Answers
/// the lines of included files too, in the order of reading.
/// https://dev.mysql.com/doc/refman/8.4/en/option-files.html
/// Throws error, naming file and line, for `path` itself, a section that is not closed, an unknown
/// directive, a variable that is not set, or files without end. Neither errors nor notices show
/// anything of a line but the name of a variable or of an included file.
std::vector<option_file_entry> read_option_file(const std::string& path,
                                                const surroundings& outside,
                                                std::vector<std::string>& notices,
                                                value_rules rules = value_rules::whole_line);

}  // namespace segue::cli
