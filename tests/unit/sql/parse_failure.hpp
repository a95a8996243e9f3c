#pragma once

#include "src/base/error.hpp"
#include "src/sql/alter_text.hpp"

#include <string>
#include <string_view>

namespace segue::sql {

/// What parse_alter() throws; "none" if nothing.
inline std::string parse_failure(std::string_view text) {
    try {
        parse_alter(text);
    } catch (const error& problem) {
        return problem.what();
    }
    return "none";
}

}  // namespace segue::sql
