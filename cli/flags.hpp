#pragma once

#include "cli/arguments.hpp"

#include <span>
#include <string_view>

namespace segue::cli {

/// One flag of the command line: what --help and docs/flags.md say, and its default.
struct flag {
    std::string_view name;
    flag_kind kind = flag_kind::text;
    std::string_view group;
    std::string_view
        default_text;             ///< As it would be written; empty for "none". false for booleans.
    std::string_view value_name;  ///< What --help calls the value, its unit first of all.
    std::string_view meaning;
    std::string_view difference;  ///< To the flag of gh-ost's of this name; empty: none.
};

/// Every flag, those of one group together. A flag that is not here is unknown.
std::span<const flag> flags();

/// The flag of this name. Precondition: it is there.
const flag& flag_named(std::string_view name);

}  // namespace segue::cli
