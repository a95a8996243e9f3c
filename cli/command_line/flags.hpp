#pragma once

#include "cli/command_line/arguments.hpp"
#include "cli/command_line/flag_value.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace segue::cli {

struct options;

/// What giving a flag leads to.
enum class flag_answer {
    obeyed,  ///< The run is as it says.
    notice,  ///< The run is as it is without it, which is told once, by its meaning.
    refusal  ///< The run is refused, with its meaning as the reason, unless it asks for nothing:
             ///< false, or empty.
};

/// One flag of the command line: what --help and docs/flags.md say, its default, and what it sets.
/// A flag is added here, beside its field in a struct of settings, whose default is the flag's.
struct flag {
    std::string_view name;
    flag_kind kind = flag_kind::text;
    std::string_view group;
    std::string default_text;     ///< As it would be written; empty for "none". false for booleans.
    std::string_view value_name;  ///< What --help calls the value, its unit first of all.
    std::string_view meaning;
    std::string_view difference;  ///< To the flag of gh-ost's of this name; empty: none.
    /// Sets what it stands for. Throws error for a value that means nothing. Empty where the flag
    /// says something together with others: options.cpp has those.
    std::function<void(const flag_value&, options&)> set = {};
    /// The values of several such flags count, with commas between; else the last one does.
    bool accumulates = false;
    flag_answer answered_by = flag_answer::obeyed;
};

/// Why the flag, given with this value, is refused; empty: it is not.
std::string refusal_of(const flag& given, std::string_view value);

/// Every flag, those of one group together. A flag that is not here is unknown.
std::span<const flag> flags();

/// The flag of this name. Precondition: it is there.
const flag& flag_named(std::string_view name);

}  // namespace segue::cli
