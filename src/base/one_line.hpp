#pragma once

#include <string>
#include <string_view>

namespace segue {

/// A statement, which the sources lay out in lines, as a message names it: each end of a line, with
/// the blanks around it, is one blank. Pure.
std::string in_one_line(std::string_view sql);

}  // namespace segue
