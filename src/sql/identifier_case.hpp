#pragma once

#include <string>
#include <string_view>

namespace segue::sql {

/// True if the two differ at most in the case of ASCII letters: keywords.
bool equal_ascii_case(std::string_view a, std::string_view b);

/// The name in lower case, letters beyond ASCII too where the C library knows a UTF-8 locale. Names
/// of columns, indexes and constraints that fold alike are one name to the server.
/// https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html
std::string fold_case(std::string_view utf8);

/// Whether the character, of UTF-8, is another one in upper or in lower case; true where that is
/// not known.
bool has_case(std::string_view character);

bool same_name(std::string_view a, std::string_view b);  ///< Whether fold_case() makes them equal.

/// Orders such names, so that in a set or a map those that fold alike are one.
struct name_order {
    bool operator()(std::string_view a, std::string_view b) const;
};

/// Two names of schemas or tables: where lower_case_table_names is not 0 they fold, else each
/// letter counts.
bool same_table_name(std::string_view a, std::string_view b, bool names_fold_case);

}  // namespace segue::sql
