#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What stands between the command line as gh-ost's users write it and CLI11.
namespace segue::cli {

/// Copies the arguments behind the program's name and overwrites the passwords among them in place,
/// so that they do not stay in the process title. To be called before anything else. What argv
/// points to must be writable, as main()'s is.
std::vector<std::string> take_arguments(int argc, char* argv[]);

enum class flag_kind { boolean, integer, integer_or_boolean, real, text };

struct flag_syntax {
    std::string_view name;  ///< Without minuses.
    flag_kind kind = flag_kind::text;
    /// Given several times: the values with this between, not the last. Empty: the last.
    std::string_view separator = {};
};

/// The arguments in the form that CLI11 is given.
struct normalised_arguments {
    /// --name=true or --name=false for booleans; else two words, --name and the value, a number in
    /// decimal digits. Each flag once.
    std::vector<std::string> arguments;
    bool short_help = false;  ///< -h was met before any mistake; what follows it was not looked at.
    std::string mistake;      ///< What is wrong with the command line; empty: nothing.
};

/// Reads arguments by the rules of Go's flag package, which gh-ost's users know: -name is --name, a
/// value follows as --name=v or --name v, booleans have none or =v, integers may be 0x10, 0b1, 0o7,
/// 017 or 1_000, the last of several equal flags counts, -- ends the flags. A word that belongs to
/// no flag is a mistake, where Go drops it and every flag behind it.
normalised_arguments normalise(const std::vector<std::string>& arguments,
                               const std::vector<flag_syntax>& flags);

}  // namespace segue::cli
