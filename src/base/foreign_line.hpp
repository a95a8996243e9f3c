#pragma once

#include <string_view>

namespace segue::log {

/// Writes `line`, which is another program's, on stderr as it is: without time and level, whatever
/// the least level, and whole between our own. A failure to write is ignored. Threads: any.
void write_foreign_line(std::string_view line) noexcept;

}  // namespace segue::log
