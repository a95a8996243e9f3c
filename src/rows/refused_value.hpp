#pragma once

#include "src/base/error.hpp"
#include "src/rows/statements.hpp"

#include <string>

namespace segue::rows {

/// What to add to the server's words where the target refused a row for one of its values: what
/// kind of value that is, the column where the words name none, and what can be done. Begins with
/// ". ", and ends without a full stop; empty where the words are about something else. Pure.
std::string what_to_do_about(const error& failure, const statements& texts);

}  // namespace segue::rows
