#pragma once

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"

#include <optional>
#include <string>

namespace segue::expand {

/// What to do, where the failure is that the server does not add the column (as ADD COLUMN takes
/// it) by a change of its dictionary alone: errors 1845, 1846 and 4092, of ALGORITHM=INSTANT in
/// https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html. Another failure:
/// none.
std::optional<refusal> why_not_instant(const error& failure, const std::string& column);

}  // namespace segue::expand
